//! Cookies as a browser keeps them: RFC 6265bis section 5.6 and 5.7, as far as one host and its paths go.

use std::time::UNIX_EPOCH;

use session_core::Moment;

/// What a browser keeps for one host, with the rules by which it refuses, replaces and forgets.
///
/// As Chromium and Firefox do, it takes loopback for secure, so Secure cookies come and go over plain HTTP.
#[derive(Clone, Debug)]
pub(super) struct CookieJar {
    host: String,
    cookies: Vec<Kept>,
}

#[derive(Clone, Debug)]
struct Kept {
    name: String,
    value: String,
    place: Place,
    ends_at: Option<Moment>,
}

/// What tells apart cookies of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    /// `None`: for the host that set it alone.
    domain: Option<String>,
    path: String,
    is_partitioned: bool,
}

/// A `Set-Cookie` as it was read.
#[derive(Debug, Default)]
struct Parsed {
    name: String,
    value: String,
    domain: Option<String>,
    path: Option<String>,
    max_age: Option<i64>,
    expires: Option<Moment>,
    is_secure: bool,
    is_http_only: bool,
    is_partitioned: bool,
    is_same_site_none: bool,
}

impl CookieJar {
    pub(super) fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            cookies: Vec::new(),
        }
    }

    /// Takes one `Set-Cookie` in, or says why a browser would not.
    pub(super) fn take(&mut self, set_cookie: &str, now: Moment) -> Result<(), &'static str> {
        let parsed = Parsed::read(set_cookie)?;
        parsed.check(&self.host)?;
        let place = Place {
            domain: parsed.domain.clone(),
            path: parsed.path.clone().unwrap_or_else(|| "/".to_owned()),
            is_partitioned: parsed.is_partitioned,
        };
        let ends_at = parsed.ends_at(now);
        self.cookies
            .retain(|kept| kept.name != parsed.name || kept.place != place);
        if ends_at.is_none_or(|end| !end.has_passed(now)) {
            self.cookies.push(Kept {
                name: parsed.name,
                value: parsed.value,
                place,
                ends_at,
            });
        }
        Ok(())
    }

    /// What goes into the `Cookie` header of a request for `path`, if anything does.
    pub(super) fn header(&self, path: &str, now: Moment) -> Option<String> {
        let mut fitting: Vec<&Kept> = self.cookies.iter().filter(|kept| kept.fits(path, now)).collect();
        // Longer paths first, and of equal ones the older (section 5.8.3).
        fitting.sort_by_key(|kept| std::cmp::Reverse(kept.place.path.len()));
        let pairs: Vec<String> = fitting
            .iter()
            .map(|kept| format!("{}={}", kept.name, kept.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

impl Kept {
    fn fits(&self, path: &str, now: Moment) -> bool {
        let is_below = path
            .strip_prefix(&self.place.path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || self.place.path.ends_with('/'));
        is_below && self.ends_at.is_none_or(|end| !end.has_passed(now))
    }
}

impl Parsed {
    fn read(text: &str) -> Result<Self, &'static str> {
        let mut parts = text.split(';').map(str::trim);
        let (name, value) = parts
            .next()
            .and_then(|pair| pair.split_once('='))
            .ok_or("it has no name")?;
        let mut parsed = Self {
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
            ..Self::default()
        };
        if parsed.name.len() + parsed.value.len() > 4096 {
            return Err("name and value have more than 4096 bytes");
        }
        for attribute in parts {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            parsed.attribute(&name.trim().to_ascii_lowercase(), value.trim());
        }
        Ok(parsed)
    }

    fn attribute(&mut self, name: &str, value: &str) {
        match name {
            "domain" if !value.is_empty() => {
                self.domain = Some(value.trim_start_matches('.').to_ascii_lowercase());
            }
            "path" => self.path = value.starts_with('/').then(|| value.to_owned()),
            "max-age" => self.max_age = value.parse().ok(),
            "expires" => self.expires = date(value),
            "secure" => self.is_secure = true,
            "httponly" => self.is_http_only = true,
            "partitioned" => self.is_partitioned = true,
            "samesite" => self.is_same_site_none = value.eq_ignore_ascii_case("none"),
            _ => {}
        }
    }

    fn check(&self, host: &str) -> Result<(), &'static str> {
        if let Some(domain) = &self.domain
            && domain != host
            && !host.ends_with(&format!(".{domain}"))
        {
            return Err("its Domain is not the host's");
        }
        let begins_with = |prefix: &str| {
            let start = self.name.get(..prefix.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if (begins_with("__Secure-") || begins_with("__Host-")) && !self.is_secure {
            return Err("its prefix needs Secure");
        }
        if begins_with("__Host-") && (self.domain.is_some() || self.path.as_deref() != Some("/")) {
            return Err("its prefix __Host- needs Path=/ and no Domain");
        }
        if (begins_with("__Http-") || begins_with("__Host-Http-")) && !self.is_http_only {
            return Err("its prefix needs HttpOnly");
        }
        if (self.is_same_site_none || self.is_partitioned) && !self.is_secure {
            return Err("SameSite=None and Partitioned need Secure");
        }
        Ok(())
    }

    /// Max-Age wins over Expires; without either it ends with the browser.
    fn ends_at(&self, now: Moment) -> Option<Moment> {
        match self.max_age {
            Some(seconds) => {
                let seconds = u64::try_from(seconds).unwrap_or_default();
                Some(now + std::time::Duration::from_secs(seconds))
            }
            None => self.expires,
        }
    }
}

fn date(text: &str) -> Option<Moment> {
    let time = httpdate::parse_http_date(text).ok()?;
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    Some(Moment::from_millis(u64::try_from(since.as_millis()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_millis(1_893_456_000_000);

    fn jar() -> CookieJar {
        CookieJar::new("127.0.0.1")
    }

    #[test]
    fn cookies_come_back_by_name_and_path() {
        let mut jar = jar();
        for set in ["a=1", "b=2; Path=/shop", "c=3; Path=/; Secure; Max-Age=10", "a=4"] {
            assert_eq!(jar.take(set, NOW), Ok(()), "{set}");
        }
        assert_eq!(jar.header("/shop/cart", NOW).as_deref(), Some("b=2; c=3; a=4"));
        assert_eq!(jar.header("/shopping", NOW).as_deref(), Some("c=3; a=4"));
        let later = NOW + std::time::Duration::from_secs(10);
        assert_eq!(jar.header("/", later).as_deref(), Some("a=4"));
    }

    #[test]
    fn what_browsers_refuse_is_refused() {
        for bad in [
            "nothing",
            "__Host-s=1; Path=/",
            "__Host-s=1; Secure",
            "__host-s=1; Secure; Path=/shop",
            "__Host-s=1; Secure; Path=/; Domain=127.0.0.1",
            "__Secure-s=1; Path=/",
            "s=1; SameSite=None",
            "s=1; Partitioned",
            "s=1; Domain=example.com",
        ] {
            let mut jar = jar();
            assert!(jar.take(bad, NOW).is_err(), "{bad}");
            assert_eq!(jar.header("/", NOW), None);
        }
    }

    #[test]
    fn a_removal_removes_only_what_has_its_place() {
        let mut jar = jar();
        jar.take("__Host-s=1; Path=/; Secure", NOW).unwrap();
        assert!(jar.take("__Host-s=; Max-Age=0; Path=/", NOW).is_err());
        jar.take("t=1; Path=/shop", NOW).unwrap();
        jar.take("t=; Max-Age=0", NOW).unwrap();
        assert_eq!(jar.header("/shop", NOW).as_deref(), Some("t=1; __Host-s=1"));
        jar.take("__Host-s=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Secure", NOW)
            .unwrap();
        jar.take("t=; Max-Age=0; Path=/shop", NOW).unwrap();
        assert_eq!(jar.header("/shop", NOW), None);
    }
}
