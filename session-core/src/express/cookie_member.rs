//! The member `cookie` of a session, by which express-session knows how long it lives and how to send it.

use std::time::{Duration, UNIX_EPOCH};

use super::foreign::Foreign;
use super::members::{Members, quoted};
use crate::clock::Moment;
use crate::cookie::{CookieSettings, Priority, SameSite};
use crate::error::Cause;
use crate::expiry::{CookieLifetime, Limits};
use crate::payload::Snapshot;

const ORIGINAL_MAX_AGE: &str = "originalMaxAge";
const EXPIRES: &str = "expires";
const SECURE: &str = "secure";
const NULL: &[u8] = b"null";

/// All that express-session takes over from a stored one, in its order.
const NAMES: [&str; 9] = [
    ORIGINAL_MAX_AGE,
    "partitioned",
    "priority",
    EXPIRES,
    SECURE,
    "httpOnly",
    "domain",
    "path",
    "sameSite",
];

/// The `cookie` of a stored session.
#[derive(Debug, Default)]
pub(super) struct CookieMember<'a> {
    members: Members<'a>,
    /// How long the session lives from its last use on; `None`: the browser forgets it when it closes.
    pub(super) max_age: Option<Duration>,
}

/// A session that Express would fail at.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("the session has no member `cookie`, without which Express answers with 500 and may delete it")]
    NoCookie,
    #[error("the session's `cookie.originalMaxAge` is neither a number nor null, on which Express never answers")]
    MaxAge,
}

impl<'a> CookieMember<'a> {
    pub(super) fn read(text: Option<&'a [u8]>) -> Result<Self, Cause> {
        let members = text.and_then(|text| Members::read(text).transpose()).transpose()?;
        let members = members.ok_or(Unusable::NoCookie)?;
        let max_age: Option<f64> = match members.get(ORIGINAL_MAX_AGE) {
            Some(value) => serde_json::from_slice(value).map_err(|_| Unusable::MaxAge)?,
            None => None,
        };
        let max_age = max_age.map(|millis| Duration::try_from_secs_f64(millis / 1000.0).unwrap_or_default());
        Ok(Self { members, max_age })
    }

    pub(super) fn set_secure(&mut self, is_secure: bool) {
        self.members.set(SECURE, if is_secure { b"true" } else { b"false" });
    }

    /// Whole and valid, whatever it was before; what Express would drop at its next save is dropped here.
    pub(super) fn write(&self, max_age: Option<Duration>, expires_at: Moment) -> String {
        let mut text = String::from("{");
        for name in NAMES {
            let stored = self.members.get(name).map(String::from_utf8_lossy);
            let value = match (name, max_age) {
                (ORIGINAL_MAX_AGE, Some(max_age)) => Some(max_age.as_millis().to_string().into()),
                (ORIGINAL_MAX_AGE, None) => Some("null".into()),
                (EXPIRES, Some(_)) => Some(quoted(&iso_date(expires_at)).into()),
                // A date without an age is one that the app has set itself.
                (EXPIRES, None) if self.max_age.is_none() => {
                    Some(stored.unwrap_or_else(|| String::from_utf8_lossy(NULL)))
                }
                (EXPIRES, None) => Some("null".into()),
                _ => stored,
            };
            if let Some(value) = value {
                let comma = if text.len() > 1 { "," } else { "" };
                text.push_str(&format!("{comma}{}:{value}", quoted(name)));
            }
        }
        text.push('}');
        text
    }
}

/// Whether the session got its id by a secure request, as its stored cookie says.
pub(crate) fn began_securely(snapshot: &Snapshot) -> bool {
    let cookie = CookieMember::read(Some(Foreign::of(snapshot).cookie));
    cookie.is_ok_and(|cookie| cookie.members.get(SECURE) == Some(b"true"))
}

/// How long a session lives from its last use on, as `cookie.originalMaxAge` says it.
pub(super) fn max_age_of(limits: &Limits, now: Moment) -> Option<Duration> {
    match limits.cookie {
        CookieLifetime::ToTheAbsoluteEnd => Some(limits.idle.unwrap_or_else(|| limits.absolute_end.since(now))),
        CookieLifetime::UntilTheBrowserCloses => None,
    }
}

/// The `cookie` of a new session, but for its end: what is not set is absent, as from `JSON.stringify`.
pub(super) fn of_settings(settings: &CookieSettings, is_secure: bool) -> String {
    let mut members = Vec::new();
    if settings.partitioned {
        members.push(("partitioned", "true".to_owned()));
    }
    if let Some(priority) = settings.priority {
        let name = match priority {
            Priority::Low => "low",
            Priority::Medium => "medium",
            Priority::High => "high",
        };
        members.push(("priority", quoted(name)));
    }
    if is_secure || settings.secure.depends_on_the_request() {
        members.push((SECURE, is_secure.to_string()));
    }
    members.push(("httpOnly", settings.http_only.to_string()));
    if let Some(domain) = &settings.domain {
        members.push(("domain", quoted(domain)));
    }
    members.push(("path", quoted(&settings.path)));
    if let Some(same_site) = settings.same_site {
        let name = match same_site {
            SameSite::Strict => "strict",
            SameSite::Lax => "lax",
            SameSite::None => "none",
        };
        members.push(("sameSite", quoted(name)));
    }
    let members: Vec<String> = members
        .into_iter()
        .map(|(name, value)| format!("{}:{value}", quoted(name)))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// As `toISOString` of JavaScript has it.
fn iso_date(moment: Moment) -> String {
    let time = UNIX_EPOCH + Duration::from_millis(moment.as_millis().min(LAST_DATE));
    humantime::format_rfc3339_millis(time).to_string()
}

/// The end of the year 9999, up to which dates have four digits.
const LAST_DATE: u64 = 253_402_300_799_999;

#[cfg(test)]
mod tests {
    use super::*;

    const STORED: &str =
        r#"{"originalMaxAge":3600000,"expires":"2026-11-23T12:08:36.867Z","httpOnly":true,"path":"/"}"#;
    const END: Moment = Moment::from_millis(1_795_435_716_867);

    fn read(text: &str) -> CookieMember<'_> {
        CookieMember::read(Some(text.as_bytes())).unwrap()
    }

    #[test]
    fn a_date_is_written_as_javascript_does() {
        assert_eq!(iso_date(END), "2026-11-23T12:08:36.867Z");
        assert_eq!(iso_date(Moment::default()), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso_date(Moment::MAX), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn what_express_wrote_is_written_alike() {
        let cookie = read(STORED);
        assert_eq!(cookie.max_age, Some(Duration::from_secs(3600)));
        assert_eq!(cookie.write(cookie.max_age, END), STORED);
        let full = r#"{"originalMaxAge":null,"partitioned":true,"priority":"high","expires":null,"secure":true,"httpOnly":true,"domain":"example.com","path":"/","sameSite":"lax"}"#;
        assert_eq!(read(full).write(None, END), full);
        let nulls = r#"{"originalMaxAge":null,"partitioned":null,"priority":null,"expires":null,"secure":null,"httpOnly":true,"domain":null,"path":"/","sameSite":null}"#;
        assert_eq!(read(nulls).write(None, END), nulls);
    }

    #[test]
    fn what_others_wrote_becomes_whole() {
        let browser = r#"{"originalMaxAge":null,"expires":null}"#;
        assert_eq!(read("{}").write(None, END), browser);
        assert_eq!(read(r#"{"foo":1,"maxAge":5}"#).write(None, END), browser);
        let aged = r#"{"originalMaxAge":1500,"expires":"2026-11-23T12:08:36.867Z"}"#;
        for text in [
            r#"{"originalMaxAge":1500.7}"#,
            r#"{ "expires" : 7, "originalMaxAge" : 1500 }"#,
        ] {
            let cookie = read(text);
            assert_eq!(cookie.write(cookie.max_age, END), aged);
        }
        let own_date = r#"{"originalMaxAge":null,"expires":"2030-01-01T00:00:00.000Z"}"#;
        assert_eq!(read(own_date).write(None, END), own_date);
    }

    #[test]
    fn secure_is_at_its_place_whether_it_was_there_or_not() {
        for before in ["", r#""secure":false,"#, r#""secure":null,"#] {
            let text = format!(r#"{{"originalMaxAge":null,"expires":null,{before}"httpOnly":true}}"#);
            let mut cookie = read(&text);
            cookie.set_secure(true);
            let after = r#"{"originalMaxAge":null,"expires":null,"secure":true,"httpOnly":true}"#;
            assert_eq!(cookie.write(None, END), after);
        }
    }

    #[test]
    fn what_express_fails_at_is_an_error_that_says_so() {
        for (text, reason) in [
            (None, "no member `cookie`"),
            (Some("null"), "no member `cookie`"),
            (Some("7"), "an object"),
            (Some(r#"{"originalMaxAge":"3600000"}"#), "neither a number nor null"),
        ] {
            let error = CookieMember::read(text.map(str::as_bytes)).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_new_cookie_has_what_is_set() {
        let plain = CookieSettings::new().name("connect.sid");
        assert_eq!(
            of_settings(&plain, true),
            r#"{"secure":true,"httpOnly":true,"path":"/","sameSite":"lax"}"#
        );
        let express = plain.insecure_for_local_http().insecurely_without_same_site();
        assert_eq!(of_settings(&express, false), r#"{"httpOnly":true,"path":"/"}"#);
    }
}
