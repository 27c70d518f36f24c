//! Writing the `Set-Cookie` value.

use std::fmt::Write;
use std::time::{Duration, UNIX_EPOCH};

use crate::clock::Moment;
use crate::cookie::{CookieSettings, Priority, SameSite};
use crate::cookie_header::write_signed;
use crate::expiry::Limits;
use crate::request_info::Secure;
use crate::signing::SigningKeys;

/// A `Set-Cookie` value whose constant parts are prepared once.
#[derive(Clone, Debug)]
pub(crate) struct CookieWriter {
    name: String,
    /// Domain, Path, HttpOnly, SameSite, Partitioned, Priority: the same in every answer, removals included, for a removal
    /// that differs in one of them removes nothing.
    attributes: String,
    secure: Secure,
    expires: bool,
}

impl CookieWriter {
    pub(crate) fn new(settings: &CookieSettings) -> Self {
        Self {
            name: settings.name.clone(),
            attributes: attributes(settings),
            secure: settings.secure.clone(),
            expires: settings.expires,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn secure(&self) -> &Secure {
        &self.secure
    }

    /// The value that hands an id to the browser.
    pub(crate) fn issue(&self, id: &[u8], keys: &SigningKeys, limits: &Limits, now: Moment, is_secure: bool) -> String {
        let mut text = self.begin();
        write_signed(&mut text, id, &self.name, keys);
        if let Some(seconds) = limits.max_age(now) {
            append(&mut text, format_args!("; Max-Age={seconds}"));
            if self.expires {
                let end = UNIX_EPOCH + Duration::from_millis(now.as_millis()) + Duration::from_secs(seconds);
                append(&mut text, format_args!("; Expires={}", httpdate::fmt_http_date(end)));
            }
        }
        self.finish(text, is_secure)
    }

    /// The value that makes the browser forget its cookie.
    pub(crate) fn remove(&self, is_secure: bool) -> String {
        let mut text = self.begin();
        text.push_str("; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
        self.finish(text, is_secure)
    }

    fn begin(&self) -> String {
        // Room for the longest value and every attribute, so that nothing is copied twice.
        let mut text = String::with_capacity(self.name.len() + self.attributes.len() + 220);
        text.push_str(&self.name);
        text.push('=');
        text
    }

    fn finish(&self, mut text: String, is_secure: bool) -> String {
        text.push_str(&self.attributes);
        if is_secure {
            text.push_str("; Secure");
        }
        text
    }
}

fn attributes(settings: &CookieSettings) -> String {
    let mut text = String::new();
    if let Some(domain) = &settings.domain {
        append(&mut text, format_args!("; Domain={domain}"));
    }
    append(&mut text, format_args!("; Path={}", settings.path));
    if settings.http_only {
        text.push_str("; HttpOnly");
    }
    text.push_str(match settings.same_site {
        SameSite::Strict => "; SameSite=Strict",
        SameSite::Lax => "; SameSite=Lax",
        SameSite::None => "; SameSite=None",
    });
    if settings.partitioned {
        text.push_str("; Partitioned");
    }
    text.push_str(match settings.priority {
        None => "",
        Some(Priority::Low) => "; Priority=Low",
        Some(Priority::Medium) => "; Priority=Medium",
        Some(Priority::High) => "; Priority=High",
    });
    text
}

#[expect(clippy::let_underscore_must_use, reason = "writing to a String can't fail")]
fn append(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expiry::Expiry;
    use crate::id::SessionId;

    fn issue(settings: &CookieSettings, expiry: Expiry, is_secure: bool) -> String {
        let now = Moment::from_millis(784_111_777_000);
        let keys = SigningKeys::new([[7; 32]]).unwrap();
        let id = SessionId::random().unwrap();
        let text = CookieWriter::new(settings).issue(id.as_bytes(), &keys, &expiry.limits(now), now, is_secure);
        let value = text.split(['=', ';']).nth(1).unwrap().to_owned();
        assert_eq!(value.len(), 43 + 1 + 43);
        text.replace(&value, "VALUE")
    }

    #[test]
    fn the_default_cookie_reads_as_documented() {
        assert_eq!(
            issue(&CookieSettings::new(), Expiry::new(), true),
            "__Host-session=VALUE; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
    }

    #[test]
    fn every_attribute_is_written() {
        let settings = CookieSettings::new()
            .name("__Secure-s")
            .domain("example.com")
            .path("/shop")
            .same_site(SameSite::None)
            .partitioned()
            .priority(Priority::High)
            .insecurely_readable_by_scripts()
            .with_expires();
        assert_eq!(
            issue(&settings, Expiry::new(), true),
            "__Secure-s=VALUE; Max-Age=86400; Expires=Mon, 07 Nov 1994 08:49:37 GMT; Domain=example.com; Path=/shop; \
             SameSite=None; Partitioned; Priority=High; Secure"
        );
    }

    #[test]
    fn a_cookie_that_ends_with_the_browser_has_no_age() {
        let settings = CookieSettings::new().insecure_for_local_http().with_expires();
        assert_eq!(
            issue(&settings, Expiry::new().until_the_browser_closes(), false),
            "session=VALUE; Path=/; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn a_removal_has_the_attributes_of_the_cookie() {
        let settings = CookieSettings::new()
            .name("__Secure-s")
            .domain("example.com")
            .path("/shop")
            .partitioned();
        assert_eq!(
            CookieWriter::new(&settings).remove(true),
            "__Secure-s=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Domain=example.com; Path=/shop; HttpOnly; \
             SameSite=Lax; Partitioned; Secure"
        );
    }
}
