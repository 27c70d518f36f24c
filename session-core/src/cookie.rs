//! The cookie's settings, and the rules that they must keep.

use crate::request_info::{Secure, TrustedProxies};

/// The longest name and value together that browsers keep (RFC 6265bis section 5.6).
const MAX_PAIR_BYTES: usize = 4096;
/// The longest attribute value that browsers heed (RFC 6265bis section 5.6).
const MAX_ATTRIBUTE_BYTES: usize = 1024;
/// The longest signed value that core makes: 64 bytes of id and 32 of signature in base64url, and a dot.
const MAX_VALUE_BYTES: usize = 86 + 1 + 43;

/// The name by default. The prefix makes browsers refuse the cookie from any other host or path, or without Secure.
const DEFAULT_NAME: &str = "__Host-session";

/// The cookie's name and attributes (Express: `name` and `cookie`).
///
/// # Defaults
///
/// `__Host-session`, Secure, HttpOnly, SameSite=Lax, Path=/, no Domain. Over plain HTTP browsers drop it, except on
/// `localhost`; see [`insecure_for_local_http`](Self::insecure_for_local_http).
///
/// ```
/// use session_core::{CookieSettings, SameSite};
///
/// let cookie = CookieSettings::new().name("__Secure-shop").path("/shop").same_site(SameSite::Strict);
/// assert!(cookie.check().is_ok());
/// assert!(CookieSettings::new().domain("example.com").check().is_err(), "the prefix __Host- forbids a Domain");
/// ```
#[derive(Clone, Debug)]
pub struct CookieSettings {
    pub(crate) name: String,
    pub(crate) domain: Option<String>,
    pub(crate) path: String,
    pub(crate) same_site: Option<SameSite>,
    pub(crate) secure: Secure,
    pub(crate) http_only: bool,
    pub(crate) partitioned: bool,
    pub(crate) priority: Option<Priority>,
    pub(crate) expires: bool,
}

impl CookieSettings {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self {
            name: DEFAULT_NAME.to_owned(),
            domain: None,
            path: "/".to_owned(),
            same_site: Some(SameSite::Lax),
            secure: Secure::Always,
            http_only: true,
            partitioned: false,
            priority: None,
            expires: false,
        }
    }

    /// The cookie's name. Default `__Host-session`. Two session layers on one site need two names.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sends the cookie to this host and all its subdomains too, each of which can then overwrite it. Default: to the host
    /// that set it alone. Not with a name that begins with `__Host-`.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Sends the cookie only below this path. Default `/`. It keeps cookies of several applications apart and is no
    /// protection of one from another (RFC 6265bis section 8.5).
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Which cross-site requests carry the cookie. Default [`SameSite::Lax`].
    #[must_use]
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = Some(same_site);
        self
    }

    /// **Weakens.** No SameSite: each browser has a default of its own, and not all of them keep the cookie out of requests
    /// that another site starts. For a cookie that another program sends too, and sends so.
    #[must_use]
    pub fn insecurely_without_same_site(mut self) -> Self {
        self.same_site = None;
        self
    }

    /// Secure follows the request: set where it came by TLS, or through one of these proxies which says `https` in
    /// `X-Forwarded-Proto`. Anybody else's header is not believed.
    ///
    /// Default: always Secure, which is right behind a proxy too. Needs a name without prefix.
    #[must_use]
    pub fn secure_as_the_request(mut self, trusted: TrustedProxies) -> Self {
        self.secure = Secure::AsTheRequest(trusted);
        self
    }

    /// **Weakens.** No Secure, so that the cookie works over plain HTTP, for trying things out on one's own machine. Whoever
    /// can listen on the network has the session. The default name becomes `session`, for its prefix demands Secure.
    #[must_use]
    pub fn insecure_for_local_http(mut self) -> Self {
        self.secure = Secure::Never;
        if self.name == DEFAULT_NAME {
            self.name = "session".to_owned();
        }
        self
    }

    /// **Weakens.** No HttpOnly: scripts of the page, an attacker's too, can read the cookie.
    #[must_use]
    pub fn insecurely_readable_by_scripts(mut self) -> Self {
        self.http_only = false;
        self
    }

    /// One cookie per top-level site, for pages that are embedded in others (CHIPS). Needs Secure.
    #[must_use]
    pub fn partitioned(mut self) -> Self {
        self.partitioned = true;
        self
    }

    /// Which cookies Chromium throws out last when a site has too many. Default: none sent.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Sends `Expires` beside `Max-Age`, for clients older than 2012. Default: only `Max-Age`, which wins where both are
    /// there (RFC 6265bis section 4.1.2.2).
    #[must_use]
    pub fn with_expires(mut self) -> Self {
        self.expires = true;
        self
    }

    /// Whether browsers will keep such a cookie. The manager checks too.
    ///
    /// # Errors
    ///
    /// When settings contradict each other or RFC 6265bis.
    pub fn check(&self) -> Result<(), InvalidCookie> {
        self.check_texts()?;
        let always_secure = matches!(self.secure, Secure::Always);
        // Browsers match prefixes without regard to case (RFC 6265bis section 5.4).
        let has_prefix = |prefix: &str| {
            self.name
                .get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        let is_host = has_prefix("__Host-") || has_prefix("__Host-Http-");
        let is_http = has_prefix("__Http-") || has_prefix("__Host-Http-");
        if (is_host || is_http || has_prefix("__Secure-")) && !always_secure {
            return Err(InvalidCookie::PrefixWithoutSecure(self.name.clone()));
        }
        if is_host && (self.domain.is_some() || self.path != "/") {
            return Err(InvalidCookie::HostPrefix(self.name.clone()));
        }
        if is_http && !self.http_only {
            return Err(InvalidCookie::HttpPrefix(self.name.clone()));
        }
        if self.same_site == Some(SameSite::None) && !always_secure {
            return Err(InvalidCookie::SameSiteNoneWithoutSecure);
        }
        if self.partitioned && !always_secure {
            return Err(InvalidCookie::PartitionedWithoutSecure);
        }
        Ok(())
    }

    fn check_texts(&self) -> Result<(), InvalidCookie> {
        if self.name.is_empty() || !self.name.bytes().all(is_token) {
            return Err(InvalidCookie::Name(self.name.clone()));
        }
        let pair_bytes = self.name.len() + MAX_VALUE_BYTES;
        if pair_bytes > MAX_PAIR_BYTES {
            return Err(InvalidCookie::TooLong(pair_bytes));
        }
        let is_attribute = |text: &str| {
            text.len() <= MAX_ATTRIBUTE_BYTES && text.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b';')
        };
        if !self.path.starts_with('/') || !is_attribute(&self.path) {
            return Err(InvalidCookie::Path(self.path.clone()));
        }
        match &self.domain {
            Some(domain) if domain.is_empty() || domain.contains(' ') || !is_attribute(domain) => {
                Err(InvalidCookie::Domain(domain.clone()))
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Default for CookieSettings {
    fn default() -> Self {
        Self::new()
    }
}

/// Which cross-site requests carry the cookie (RFC 6265bis section 5.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SameSite {
    /// None that another site starts. Visitors who follow a link from elsewhere look signed out.
    Strict,
    /// Top-level navigation with safe methods only. This is the default.
    Lax,
    /// All of them. Needs Secure, and a defence against forged requests.
    None,
}

/// Which cookies Chromium throws out last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Priority {
    /// First.
    Low,
    /// As if nothing was said.
    Medium,
    /// Last.
    High,
}

/// Cookie settings that browsers would refuse, or that are not safe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCookie {
    /// Not a token by RFC 9110.
    #[error("the cookie name {0:?} is not possible, needs letters, digits and !#$%&'*+-.^_`|~")]
    Name(String),
    /// Name and value together.
    #[error("the cookie's name and value have {0} bytes, browsers keep at most 4096: choose a shorter name")]
    TooLong(usize),
    /// The path.
    #[error(
        "the cookie path {0:?} is not possible, needs to begin with / and to be ASCII without `;`, at most 1024 bytes"
    )]
    Path(String),
    /// The domain.
    #[error("the cookie domain {0:?} is not possible, needs a host name in ASCII, at most 1024 bytes")]
    Domain(String),
    /// `__Host-` and its relatives.
    #[error("the cookie name {0:?} has a prefix that needs Secure always: drop the prefix or what switches Secure off")]
    PrefixWithoutSecure(String),
    /// `__Host-` with Domain or another Path.
    #[error("the cookie name {0:?} needs Path=/ and no Domain: use `__Secure-` instead, or drop them")]
    HostPrefix(String),
    /// `__Http-` without HttpOnly.
    #[error("the cookie name {0:?} needs HttpOnly: drop the prefix or what lets scripts read the cookie")]
    HttpPrefix(String),
    /// `SameSite=None` without Secure.
    #[error(
        "SameSite=None needs Secure always, browsers refuse it otherwise: use Lax, or drop what switches Secure off"
    )]
    SameSiteNoneWithoutSecure,
    /// Partitioned without Secure.
    #[error("Partitioned needs Secure always, browsers refuse it otherwise: drop one of the two")]
    PartitionedWithoutSecure,
    /// A trusted proxy.
    #[error("the trusted proxy {0:?} is neither an address nor a range such as 10.0.0.0/8")]
    Proxy(String),
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> CookieSettings {
        CookieSettings::new().name("session")
    }

    #[test]
    fn the_defaults_are_possible_with_and_without_tls() {
        assert_eq!(CookieSettings::new().check(), Ok(()));
        let local = CookieSettings::new().insecure_for_local_http();
        assert_eq!((local.check(), local.name.as_str()), (Ok(()), "session"));
    }

    #[test]
    fn misuse_is_refused_and_named() {
        let auto = || TrustedProxies::new(["::1"]).unwrap();
        for (bad, hint) in [
            (plain().name("__Host-x").domain("example.com"), "__Secure-"),
            (plain().name("__host-x").path("/shop"), "__Secure-"),
            (plain().name("__HOST-x").insecure_for_local_http(), "Secure always"),
            (
                plain().name("__Secure-x").secure_as_the_request(auto()),
                "Secure always",
            ),
            (plain().name("__Http-x").insecurely_readable_by_scripts(), "HttpOnly"),
            (plain().name("__Host-Http-x").path("/x"), "Path=/"),
            (
                plain().same_site(SameSite::None).insecure_for_local_http(),
                "SameSite=None",
            ),
            (plain().partitioned().secure_as_the_request(auto()), "Partitioned"),
            (plain().name(""), "letters"),
            (plain().name("a b"), "letters"),
            (plain().name("a=b"), "letters"),
            (plain().name("x".repeat(4000)), "4096"),
            (plain().path("shop"), "begin with /"),
            (plain().path("/a;b"), "begin with /"),
            (plain().path(format!("/{}", "a".repeat(1024))), "1024"),
            (plain().domain("exämple.com"), "ASCII"),
            (plain().domain("a b"), "host name"),
            (plain().domain(""), "host name"),
        ] {
            let error = bad.check().expect_err(hint).to_string();
            assert!(error.contains(hint), "{error}");
        }
        assert!(TrustedProxies::new(["10.0.0.0/33"]).is_err());
    }
}
