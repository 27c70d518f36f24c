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
            attributes: {
                let Attributes {
                    domain,
                    path,
                    http_only,
                    same_site,
                    partitioned,
                    priority,
                } = Attributes::of(settings);
                format!("{domain}{path}{http_only}{same_site}{partitioned}{priority}")
            },
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
                let end = http_date(now + Duration::from_secs(seconds));
                append(&mut text, format_args!("; Expires={end}"));
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

/// The constant attributes, each with its `; ` before it, and empty where it is not set.
#[derive(Clone, Debug)]
pub(crate) struct Attributes {
    pub(crate) domain: String,
    pub(crate) path: String,
    pub(crate) http_only: &'static str,
    pub(crate) same_site: &'static str,
    pub(crate) partitioned: &'static str,
    pub(crate) priority: &'static str,
}

impl Attributes {
    pub(crate) fn of(settings: &CookieSettings) -> Self {
        let domain = settings.domain.as_ref();
        Self {
            domain: domain.map_or(String::new(), |domain| format!("; Domain={domain}")),
            path: format!("; Path={}", settings.path),
            http_only: if settings.http_only { "; HttpOnly" } else { "" },
            same_site: match settings.same_site {
                None => "",
                Some(SameSite::Strict) => "; SameSite=Strict",
                Some(SameSite::Lax) => "; SameSite=Lax",
                Some(SameSite::None) => "; SameSite=None",
            },
            partitioned: if settings.partitioned { "; Partitioned" } else { "" },
            priority: match settings.priority {
                None => "",
                Some(Priority::Low) => "; Priority=Low",
                Some(Priority::Medium) => "; Priority=Medium",
                Some(Priority::High) => "; Priority=High",
            },
        }
    }
}

/// A date as cookies have it.
pub(crate) fn http_date(moment: Moment) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(moment.as_millis().min(LAST_DATE)))
}

/// The end of the year 9999, up to which dates have four digits.
const LAST_DATE: u64 = 253_402_300_799_999;

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
