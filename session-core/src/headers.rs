//! What a session adds to the response head.

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
    pub(crate) set_cookie: Option<String>,
    pub(crate) cache: Option<CachePolicy>,
}

impl ResponseHeaders {
    /// The value of one more `Set-Cookie`. ASCII without control characters.
    #[must_use]
    pub fn set_cookie(&self) -> Option<&str> {
        self.set_cookie.as_deref()
    }

    /// Takes the value of one more `Set-Cookie` out, without copying it.
    #[must_use]
    pub fn take_set_cookie(&mut self) -> Option<String> {
        self.set_cookie.take()
    }

    /// What to append to `Vary`: the response depends on this request header.
    #[must_use]
    pub fn vary(&self) -> Option<&'static str> {
        self.cache.map(|_| "Cookie")
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
        self.set_cookie.is_none() && self.cache.is_none()
    }
}
