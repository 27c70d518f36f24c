//! What a session adds to the response head.

use std::borrow::Cow;

use crate::transport::HeaderName;

/// How responses that depend on a session may be cached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CachePolicy {
    /// `no-store`: nothing keeps the page, so that after signing out the back button shows none (OWASP Session Management
    /// Cheat Sheet, "Web Content Caching"). This is the default; it costs the browser's back-forward cache.
    #[default]
    NoStore,
    /// `private`: the browser may keep the page, shared caches may not.
    Private,
}

/// The headers that an adapter adds to a response.
///
/// ```
/// use session_core::ResponseHeaders;
///
/// assert!(ResponseHeaders::default().is_empty());
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ResponseHeaders {
    /// Where the id does not travel in a cookie.
    pub(crate) own_header: Option<HeaderName>,
    /// What the client is told of its id.
    pub(crate) told: Option<String>,
    pub(crate) cache: Option<CachePolicy>,
}

impl ResponseHeaders {
    /// The value of one more `Set-Cookie`. ASCII without control characters.
    #[must_use]
    pub fn set_cookie(&self) -> Option<&str> {
        self.told.as_deref().filter(|_| self.own_header.is_none())
    }

    /// The name and the value of the header that sessions have in place of a cookie, where it is set. Empty: the client
    /// has no session any more.
    #[must_use]
    pub fn own_header(&self) -> Option<(&str, &str)> {
        Some((self.own_header.as_ref()?.as_str(), self.told.as_deref()?))
    }

    /// What the response varies by: it depends on this request header.
    #[must_use]
    pub fn vary(&self) -> Option<&str> {
        let name = self.own_header.as_ref().map_or(COOKIE, HeaderName::as_str);
        self.cache.map(|_| name)
    }

    /// The value of `Cache-Control`, for responses in which the handler has not set one.
    #[must_use]
    pub fn cache_control(&self) -> Option<&'static str> {
        self.cache.map(|policy| match policy {
            CachePolicy::NoStore => "no-store",
            CachePolicy::Private => "private",
        })
    }

    /// Whether there is nothing to add: the request did not use its session.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.told.is_none() && self.cache.is_none()
    }

    /// What to append to a response head, where `present` answers with the values that it has under a name.
    ///
    /// What the handler set stays: `Vary` does not name `Cookie` twice, `Cache-Control` is only added where there is none,
    /// and `Set-Cookie` is one more.
    ///
    /// ```
    /// # use session_core::*;
    /// # async fn finish(manager: SessionManager, session: Session) {
    /// let mut head = vec![("vary".to_owned(), "Accept, Cookie".to_owned())];
    ///
    /// let committed = manager.commit(session, 200).await;
    /// let lines = committed.headers.beside(|name| {
    ///     let named = head.iter().filter(move |(known, _)| *known == name);
    ///     named.map(|(_, value)| value.as_bytes())
    /// });
    /// head.extend(lines.map(|(name, value)| (name.into_owned(), value.into_owned())));
    /// # }
    /// ```
    pub fn beside<'a, Values>(self, present: impl Fn(&'static str) -> Values) -> HeaderLines
    where
        Values: IntoIterator<Item = &'a [u8]>,
    {
        // Most responses have nothing of a session, and moving nothing about costs them as much as the rest of this.
        if self.is_empty() {
            return HeaderLines::default();
        }
        let vary = self.vary().filter(|name| !lists(present(VARY), name));
        let vary = vary.map(|_| {
            self.own_header
                .as_ref()
                .map_or(Cow::Borrowed(COOKIE), HeaderName::to_text)
        });
        let is_silent = |_: &&str| present(CACHE_CONTROL).into_iter().next().is_none();
        let cache_control = self.cache_control().filter(is_silent);
        let teller = self
            .own_header
            .as_ref()
            .map_or(Cow::Borrowed(SET_COOKIE), HeaderName::to_text);
        HeaderLines([
            vary.map(|name| (VARY.into(), name)),
            cache_control.map(|rule| (CACHE_CONTROL.into(), rule.into())),
            self.told.map(|value| (teller, value.into())),
        ])
    }
}

/// Headers for an adapter to append to a response head: the name of each in lower case, and its value, which is ASCII
/// without control characters.
///
/// [`ResponseHeaders::beside`] makes them after a commit, [`Error::headers`](crate::Error::headers) for the response that
/// tells of an error.
///
/// ```
/// use session_core::Error;
///
/// let lines: Vec<_> = Error::Contended.headers().collect();
/// assert_eq!(lines, [("cache-control".into(), "no-store".into()), ("retry-after".into(), "1".into())]);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct HeaderLines([Option<HeaderLine>; 3]);

type HeaderLine = (Cow<'static, str>, Cow<'static, str>);

impl HeaderLines {
    /// The headers of a response in place of the handler's.
    pub(crate) fn of_a_refusal(retry_after: Option<u16>) -> Self {
        Self([
            Some((CACHE_CONTROL.into(), "no-store".into())),
            retry_after.map(|seconds| (RETRY_AFTER.into(), seconds.to_string().into())),
            None,
        ])
    }
}

impl Iterator for HeaderLines {
    type Item = HeaderLine;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.iter_mut().find_map(Option::take)
    }
}

const COOKIE: &str = "Cookie";
const CACHE_CONTROL: &str = "cache-control";
const RETRY_AFTER: &str = "retry-after";
const SET_COOKIE: &str = "set-cookie";
const VARY: &str = "vary";

/// Whether `Vary` says that a response depends on this request header already.
fn lists<'a>(vary: impl IntoIterator<Item = &'a [u8]>, name: &str) -> bool {
    let mut members = vary.into_iter().flat_map(|list| list.split(|byte| *byte == b','));
    members.any(|member| {
        let member = member.trim_ascii();
        member == b"*" || member.eq_ignore_ascii_case(name.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beside(headers: &ResponseHeaders, head: &[(&str, &[u8])]) -> Vec<String> {
        let lines = headers.clone().beside(|name| {
            let named = head.iter().filter(move |(known, _)| *known == name);
            named.map(|(_, value)| *value)
        });
        lines.map(|(name, value)| format!("{name}: {value}")).collect()
    }

    fn used(set_cookie: Option<&str>) -> ResponseHeaders {
        ResponseHeaders {
            own_header: None,
            told: set_cookie.map(str::to_owned),
            cache: Some(CachePolicy::NoStore),
        }
    }

    #[test]
    fn a_head_that_says_nothing_gets_every_line() {
        assert_eq!(
            beside(&used(Some("session=x")), &[]),
            ["vary: Cookie", "cache-control: no-store", "set-cookie: session=x"]
        );
        assert!(beside(&ResponseHeaders::default(), &[]).is_empty());
    }

    #[test]
    fn vary_grows_unless_it_names_the_cookie() {
        let grows = |lists: &[&'static [u8]]| {
            let head: Vec<_> = lists.iter().map(|list| ("vary", *list)).collect();
            beside(&used(None), &head).contains(&"vary: Cookie".to_owned())
        };
        for named in [
            &b"Cookie"[..],
            b"accept, COOKIE",
            b"Accept ,\tcookie , Origin",
            b"*",
            b"\xff, cookie",
        ] {
            assert!(!grows(&[named]), "{named:?}");
            assert!(!grows(&[b"Accept", named]), "{named:?} in the second line");
        }
        for other in [&b""[..], b"Accept", b"Cookies", b"Set-Cookie, cook, ie", b"\xff"] {
            assert!(grows(&[other]), "{other:?}");
        }
    }

    #[test]
    fn what_the_handler_set_stays() {
        let head: [(&str, &[u8]); 2] = [("cache-control", b""), ("set-cookie", b"theme=dark")];
        assert_eq!(
            beside(&used(Some("session=x")), &head),
            ["vary: Cookie", "set-cookie: session=x"]
        );
    }
}
