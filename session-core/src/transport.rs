//! Where the signed id travels: in a cookie, or in a header that the client's program takes care of.

use std::borrow::Cow;
use std::sync::Arc;

use crate::clock::Moment;
use crate::commit::Known;
use crate::cookie_header::{Candidates, Verified, write_signed};
use crate::error::ConfigError;
#[cfg(feature = "express")]
use crate::expiry::CookieLifetime;
use crate::expiry::Limits;
#[cfg(feature = "express")]
use crate::express::{self, CookieScheme};
use crate::request_info::{RequestInfo, Secure};
use crate::set_cookie::CookieWriter;
use crate::signing::SigningKeys;

const COOKIE: &str = "cookie";
const LONGEST_NAME: usize = 64;
/// Those which mean something else to clients, servers or proxies.
const TAKEN: [&str; 25] = [
    "accept",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "etag",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "location",
    "origin",
    "referer",
    "retry-after",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "vary",
];

/// Whole families of them.
const TAKEN_BEGINNINGS: [&str; 7] = [
    "accept-",
    "access-control-",
    "content-",
    "if-",
    "proxy-",
    "sec-",
    "x-forwarded-",
];

/// How clients present their id, and learn it.
#[derive(Clone, Debug)]
pub(crate) enum Transport {
    Cookie(CookieWriter),
    Header {
        name: HeaderName,
        /// With a character that is in no cookie's name.
        signed_as: String,
    },
    #[cfg(feature = "express")]
    Express(CookieScheme),
}

/// The name of a header of our own, in lower case.
#[derive(Clone, Debug)]
pub(crate) struct HeaderName(Arc<str>);

impl HeaderName {
    pub(crate) fn new(name: &str) -> Result<Self, ConfigError> {
        let lower = name.to_ascii_lowercase();
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let is_possible = (1..=LONGEST_NAME).contains(&lower.len()) && lower.bytes().all(is_token);
        let is_taken = TAKEN.contains(&lower.as_str()) || TAKEN_BEGINNINGS.iter().any(|taken| lower.starts_with(taken));
        if !is_possible || is_taken {
            return Err(ConfigError::Bounds {
                setting: "the header of the session",
                value: format!("{name:?}"),
                bounds: "a name of its own such as `x-session`, of 1 to 64 letters, digits, `-` and `_`",
            });
        }
        Ok(Self(lower.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn to_text(&self) -> Cow<'static, str> {
        self.as_str().to_owned().into()
    }
}

impl Transport {
    pub(crate) fn header(name: HeaderName) -> Self {
        let signed_as = format!("{}:", name.as_str());
        Self::Header { name, signed_as }
    }

    /// The id that is among these values with a signature of ours. Signatures cover a name too, so that none holds elsewhere.
    pub(crate) fn verify(&self, candidates: &Candidates, keys: &SigningKeys) -> Option<Verified> {
        match self {
            Self::Cookie(cookie) => candidates.verify(cookie.name(), keys),
            Self::Header { signed_as, .. } => candidates.verify(signed_as, keys),
            #[cfg(feature = "express")]
            Self::Express(_) => CookieScheme::verify(candidates, keys),
        }
    }

    /// The request header that has the id.
    pub(crate) fn request_header(&self) -> &str {
        match self {
            Self::Cookie(_) => COOKIE,
            Self::Header { name, .. } => name.as_str(),
            #[cfg(feature = "express")]
            Self::Express(_) => COOKIE,
        }
    }

    /// The name of the header that is not `Cookie`.
    pub(crate) fn own_header(&self) -> Option<HeaderName> {
        match self {
            Self::Cookie(_) => None,
            Self::Header { name, .. } => Some(name.clone()),
            #[cfg(feature = "express")]
            Self::Express(_) => None,
        }
    }

    /// What may be ours in these values of the request header.
    pub(crate) fn candidates<'a>(&self, values: impl IntoIterator<Item = &'a [u8]>) -> Candidates {
        match self {
            Self::Cookie(cookie) => Candidates::of_cookies(values, cookie.name()),
            Self::Header { .. } => Candidates::of_values(values),
            #[cfg(feature = "express")]
            Self::Express(cookie) => Candidates::of_cookies(values, cookie.name()),
        }
    }

    /// Whether the cookie of this request's answer is Secure.
    pub(crate) fn is_secure(&self, request: &RequestInfo<'_>) -> bool {
        self.secure().is_some_and(|secure| secure.applies(request))
    }

    pub(crate) fn needs_request_info(&self) -> bool {
        self.secure().is_some_and(Secure::depends_on_the_request)
    }

    fn secure(&self) -> Option<&Secure> {
        match self {
            Self::Cookie(cookie) => Some(cookie.secure()),
            Self::Header { .. } => None,
            #[cfg(feature = "express")]
            Self::Express(cookie) => Some(cookie.secure()),
        }
    }

    /// Whether the cookie is sent again with what has changed: where its end is that of the session's last use.
    pub(crate) fn resends_after(&self, known: &Known) -> bool {
        match (self, known) {
            #[cfg(feature = "express")]
            (Self::Express(_), Known::Found(snapshot)) => {
                snapshot.head().limits.cookie == CookieLifetime::ToTheAbsoluteEnd
            }
            _ => false,
        }
    }

    /// Whether a cookie that would be sent again is not: where Secure follows the request, that of a session which began
    /// securely is kept from plain HTTP, as Express keeps it.
    pub(crate) fn withholds(&self, known: &Known, is_secure: bool) -> bool {
        let is_of_a_secure_session = match (self, known) {
            #[cfg(feature = "express")]
            (Self::Express(cookie), Known::Found(snapshot)) => {
                cookie.secure().depends_on_the_request() && express::began_securely(snapshot)
            }
            _ => false,
        };
        is_of_a_secure_session && !is_secure
    }

    /// The value that hands an id to the client.
    pub(crate) fn issue(&self, id: &[u8], keys: &SigningKeys, limits: &Limits, now: Moment, is_secure: bool) -> String {
        match self {
            Self::Cookie(cookie) => cookie.issue(id, keys, limits, now, is_secure),
            Self::Header { signed_as, .. } => {
                let mut value = String::new();
                write_signed(&mut value, id, signed_as, keys);
                value
            }
            #[cfg(feature = "express")]
            Self::Express(cookie) => cookie.issue(id, keys, limits, now, is_secure),
        }
    }

    /// The value that makes the client forget its id.
    pub(crate) fn remove(&self, is_secure: bool) -> String {
        match self {
            Self::Cookie(cookie) => cookie.remove(is_secure),
            Self::Header { .. } => String::new(),
            #[cfg(feature = "express")]
            Self::Express(cookie) => cookie.remove(is_secure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_a_name_of_its_own() {
        assert_eq!(HeaderName::new("X-Session").unwrap().as_str(), "x-session");
        for taken in [
            "",
            "Cookie",
            "AUTHORIZATION",
            "set-cookie",
            "X-Forwarded-Proto",
            "Sec-Fetch-Site",
            "x session",
            "x:y",
            "ß",
            &"x".repeat(65),
        ] {
            let refused = HeaderName::new(taken).unwrap_err().to_string();
            assert!(refused.contains("a name of its own such as `x-session`"), "{refused}");
        }
    }
}
