//! The cookie of express-session: `s:`, the id, and the base64 of its HMAC-SHA256, percent-encoded.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::clock::Moment;
use crate::cookie::CookieSettings;
use crate::cookie_header::{Candidates, Verified};
use crate::expiry::Limits;
use crate::id::PresentedId;
use crate::request_info::Secure;
use crate::set_cookie::{Attributes, http_date};
use crate::signing::{KeyAge, SigningKeys, TAG_BYTES};

/// What `encodeURIComponent` leaves as it is.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

const SIGNED: &str = "s:";

/// Reads and writes the cookie as express-session 1 and its cookie package do.
#[derive(Clone, Debug)]
pub(crate) struct CookieScheme {
    name: String,
    attributes: Attributes,
    secure: Secure,
}

impl CookieScheme {
    pub(crate) fn new(settings: &CookieSettings) -> Self {
        Self {
            name: settings.name.clone(),
            attributes: Attributes::of(settings),
            secure: settings.secure.clone(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn secure(&self) -> &Secure {
        &self.secure
    }

    /// The id in the first cookie of the name, if one of the secrets signed it. Express looks at no other cookie, so neither
    /// does this: the two would see different sessions.
    pub(crate) fn verify(candidates: &Candidates, keys: &SigningKeys) -> Option<Verified> {
        let signed = Signed::read(candidates)?;
        if !keys.has_signed(&signed.sid, &signed.tag) {
            return None;
        }
        Some(Verified {
            id: PresentedId::of_text(&signed.sid)?,
            // Express signs nothing anew before it sends the cookie anyway.
            key_age: KeyAge::Current,
        })
    }

    /// The value that hands an id to the browser. `Expires` follows the session's own `maxAge`; there is no Max-Age.
    pub(crate) fn issue(&self, id: &[u8], keys: &SigningKeys, limits: &Limits, now: Moment, is_secure: bool) -> String {
        let sid = String::from_utf8_lossy(id);
        let tag = STANDARD_NO_PAD.encode(keys.sign_value(id));
        let signed = format!("{SIGNED}{sid}.{tag}");
        let value = utf8_percent_encode(&signed, KEPT).to_string();
        let expires = limits.cookie_end(now).map(http_date);
        self.text(&value, expires.as_deref(), is_secure)
    }

    /// The value that makes the browser forget its cookie.
    pub(crate) fn remove(&self, is_secure: bool) -> String {
        self.text("", Some("Thu, 01 Jan 1970 00:00:00 GMT"), is_secure)
    }

    /// The attributes in the order of the cookie package.
    fn text(&self, value: &str, expires: Option<&str>, is_secure: bool) -> String {
        let Attributes {
            domain,
            path,
            http_only,
            same_site,
            partitioned,
            priority,
        } = &self.attributes;
        let expires = expires.map_or(String::new(), |date| format!("; Expires={date}"));
        let secure = if is_secure { "; Secure" } else { "" };
        let name = &self.name;
        format!("{name}={value}{domain}{path}{expires}{http_only}{secure}{partitioned}{priority}{same_site}")
    }
}

/// An id and what is said to be its signature.
pub(super) struct Signed {
    pub(super) sid: Zeroizing<Vec<u8>>,
    pub(super) tag: [u8; TAG_BYTES],
}

impl Signed {
    pub(super) fn read(candidates: &Candidates) -> Option<Self> {
        let text = decoded(candidates.first());
        let signed = text.strip_prefix(SIGNED.as_bytes())?;
        let dot = signed.iter().rposition(|byte| *byte == b'.')?;
        let (sid, signature) = (signed.get(..dot)?, signed.get(dot + 1..)?);
        let mut tag = [0; TAG_BYTES];
        // One spelling alone: Express compares texts.
        if STANDARD_NO_PAD.decode_slice(signature, &mut tag).ok()? != TAG_BYTES || sid.is_empty() {
            return None;
        }
        let sid = Zeroizing::new(sid.to_vec());
        Some(Self { sid, tag })
    }
}

/// The value of a cookie, percent-decoded where all of it can be: else it stays as it came.
fn decoded(value: &[u8]) -> Cow<'_, [u8]> {
    let is_hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let escapes = value.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    let are_whole = escapes
        .into_iter()
        .all(|(at, _)| is_hex(value.get(at + 1)) && is_hex(value.get(at + 2)));
    let text = Cow::from(percent_decode(value));
    if are_whole && std::str::from_utf8(&text).is_ok() {
        text
    } else {
        Cow::Borrowed(value)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::cookie::{Priority, SameSite};
    use crate::expiry::Expiry;
    use crate::express::ExpressSecrets;
    use crate::id::SessionId;

    const SID: &str = "gInndk3QKmNYU09qgxXcKx6So0thiErH";
    const NOW: Moment = Moment::from_millis(1_795_432_116_867);

    /// What the cookie package 0.7.2 and cookie-signature 1.0.7 wrote for these ids and secrets.
    const WRITTEN: [(&str, &str, &str); 3] = [
        (
            SID,
            "keyboard cat",
            "s%3AgInndk3QKmNYU09qgxXcKx6So0thiErH.MxOlwtZnnkA%2FWomnE4jKpSKqw42TNgjLQqjxy8%2Fc%2Bu0",
        ),
        (
            "a.b:c/ü \"x\"",
            "gehéim ☃",
            "s%3Aa.b%3Ac%2F%C3%BC%20%22x%22.l9kb6hcECIilkdjzfyWhxJHftKBHmjauwYcKEB7tR6A",
        ),
        (
            "u-1f2e3d4c-0000-4000-8000-0123456789ab!~*'()",
            "x",
            "s%3Au-1f2e3d4c-0000-4000-8000-0123456789ab!~*'().%2FCtRGfyWT1P3X7bge7rkgNtRy2tkdc3oEV0eFWwRTL8",
        ),
    ];

    fn keys(secrets: &[&str]) -> SigningKeys {
        ExpressSecrets::new(secrets).unwrap().keys
    }

    fn found(cookies: &str, keys: &SigningKeys) -> Option<String> {
        let candidates = Candidates::of_cookies([cookies.as_bytes()], "connect.sid");
        let verified = CookieScheme::verify(&candidates, keys)?;
        Some(String::from_utf8(verified.id.as_bytes().to_vec()).unwrap())
    }

    fn plain() -> CookieSettings {
        let settings = CookieSettings::new().name("connect.sid");
        settings.insecure_for_local_http().insecurely_without_same_site()
    }

    fn issue(settings: &CookieSettings, expiry: Expiry, is_secure: bool) -> String {
        let limits = expiry.limits(NOW);
        CookieScheme::new(settings).issue(SID.as_bytes(), &keys(&["keyboard cat"]), &limits, NOW, is_secure)
    }

    #[test]
    fn what_express_signed_is_believed_by_any_of_its_secrets() {
        for (sid, secret, value) in WRITTEN {
            let ring = keys(&["another", secret]);
            assert_eq!(found(&format!("connect.sid={value}"), &ring).as_deref(), Some(sid));
            assert_eq!(found(&format!("connect.sid={value}"), &keys(&["another"])), None);
        }
    }

    #[test]
    fn a_cookie_is_written_as_express_writes_it() {
        let (_, _, value) = WRITTEN[0];
        let hour = Expiry::new()
            .idle(Duration::from_secs(3600))
            .absolute(Duration::from_secs(86_400));
        assert_eq!(
            issue(&plain(), hour, false),
            format!("connect.sid={value}; Path=/; Expires=Mon, 23 Nov 2026 12:08:36 GMT; HttpOnly")
        );
        let all = CookieSettings::new()
            .name("connect.sid")
            .domain("example.com")
            .partitioned()
            .priority(Priority::High)
            .same_site(SameSite::Lax);
        assert_eq!(
            issue(&all, hour, true),
            format!(
                "connect.sid={value}; Domain=example.com; Path=/; Expires=Mon, 23 Nov 2026 12:08:36 GMT; HttpOnly; \
                 Secure; Partitioned; Priority=High; SameSite=Lax"
            )
        );
        assert_eq!(
            issue(&plain(), hour.until_the_browser_closes(), false),
            format!("connect.sid={value}; Path=/; HttpOnly")
        );
        assert_eq!(
            CookieScheme::new(&all).remove(true),
            "connect.sid=; Domain=example.com; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; \
             Partitioned; Priority=High; SameSite=Lax"
        );
    }

    #[test]
    fn it_reads_what_express_reads_and_nothing_else() {
        let ring = keys(&["keyboard cat"]);
        let (_, _, value) = WRITTEN[0];
        let raw = format!("s:{SID}.MxOlwtZnnkA/WomnE4jKpSKqw42TNgjLQqjxy8/c+u0");
        for good in [
            format!("connect.sid={value}; connect.sid=other"),
            format!("a=b; connect.sid=\"{value}\""),
            format!(
                "connect.sid={}",
                value
                    .to_lowercase()
                    .replace(&SID.to_lowercase(), SID)
                    .replace("mxolwtznnka", "MxOlwtZnnkA")
                    .replace("womne4jkpskqw42tngjlqqjxy8", "WomnE4jKpSKqw42TNgjLQqjxy8")
            ),
            format!("connect.sid={raw}"),
        ] {
            assert_eq!(found(&good, &ring).as_deref(), Some(SID), "{good}");
        }
        for bad in [
            format!("connect.sid=other; connect.sid={value}"),
            format!("Connect.sid={value}"),
            format!("connect.sid={value}%3D"),
            format!("connect.sid={value}%"),
            format!("connect.sid={}", &value[4..]),
            format!("connect.sid={}", value.replace("s%3A", "S%3A")),
            format!("connect.sid={}", value.replace("s%3A", "j%3A")),
            // The last character has two bits to spare: another spelling of the same bytes.
            format!("connect.sid={}1", &value[..value.len() - 1]),
            format!("connect.sid={}", value.replace("%2F", "_").replace("%2B", "-")),
            "connect.sid=s%3A.DSFKNLdgYIDVzPJZBCC4uYQjJbUjQm8fiZ8rhqSVmhg".to_owned(),
            "connect.sid=".to_owned(),
            "connect.sid=s%3A".to_owned(),
            "connect.sid=s%3A%ff.%ff".to_owned(),
        ] {
            assert_eq!(found(&bad, &ring), None, "{bad}");
        }
    }

    #[test]
    fn an_id_of_our_own_is_text_that_express_can_sign() {
        let id = SessionId::random().unwrap().to_text();
        let text = std::str::from_utf8(id.as_bytes()).unwrap();
        assert_eq!(text.len(), 43);
        let keys = keys(&["x"]);
        let limits = Expiry::new().limits(NOW);
        let cookie = CookieScheme::new(&plain()).issue(id.as_bytes(), &keys, &limits, NOW, false);
        assert_eq!(found(&cookie, &keys).as_deref(), Some(text));
    }

    proptest! {
        #[test]
        fn any_text_comes_back(sid in "[^\u{0}-\u{1f};,\u{7f}]{1,80}", secret in ".{1,40}") {
            let keys = keys(&[secret.as_str()]);
            let limits = Expiry::new().limits(NOW);
            let cookie = CookieScheme::new(&plain()).issue(sid.as_bytes(), &keys, &limits, NOW, false);
            prop_assert_eq!(found(&cookie, &keys), Some(sid));
        }

        #[test]
        fn no_bytes_verify_or_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let candidates = Candidates::of_cookies([[b"connect.sid=", bytes.as_slice()].concat().as_slice()], "connect.sid");
            prop_assert!(CookieScheme::verify(&candidates, &keys(&["x"])).is_none());
        }
    }
}
