//! The session of a request, where everybody who has the request finds it.

use std::sync::OnceLock;

use rocket::Request;
use session_core::{Error, RequestInfo, Session};

use crate::fairing::Settings;

/// In the request's local cache, so that fairings, guards, handlers and catchers share it.
pub(crate) struct Opened {
    pub(crate) session: Session,
    /// What the handler could not do, whose headers go with its status through any catcher.
    pub(crate) refusal: OnceLock<Error>,
}

impl Opened {
    /// The session of this request; `None`: the fairing is missing.
    pub(crate) fn of<'r>(request: &'r Request<'_>) -> Option<&'r Self> {
        let settings = request.rocket().state::<Settings>()?;
        Some(Self::with(settings, request))
    }

    /// The same, opened by whoever asks first: request fairings that are attached before ours may.
    pub(crate) fn with<'r>(settings: &Settings, request: &'r Request<'_>) -> &'r Self {
        request.local_cache(|| Self {
            session: open(settings, request),
            refusal: OnceLock::new(),
        })
    }
}

fn open(settings: &Settings, request: &Request<'_>) -> Session {
    let manager = &settings.manager;
    let header = manager.request_header();
    let mut values = request.headers().get(header).peekable();
    let local = match values.peek() {
        None if header == "cookie" => local_cookies(request),
        None | Some(_) => Vec::new(),
    };
    let values = values.chain(local.iter().map(String::as_str)).map(str::as_bytes);
    if manager.needs_request_info() {
        manager.open(values, &settings.describe(request))
    } else {
        manager.open(values, &RequestInfo::new())
    }
}

/// The cookies of a request of `rocket::local`, which come without a header. Any other has none without one.
fn local_cookies(request: &Request<'_>) -> Vec<String> {
    let cookies = request.cookies().iter();
    cookies
        .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
        .collect()
}
