//! What a session changes in a response.

use rocket::Response;
use rocket::http::Status;
use session_core::{Error, ResponseHeaders};

/// The response in place of the handler's: it said something that has not happened.
pub(crate) fn refuse<'r>(error: &Error) -> Response<'r> {
    let mut response = Response::new();
    response.set_status(Status::new(error.status()));
    refuse_with(error, &mut response);
    response
}

/// The headers that go with an error's status.
pub(crate) fn refuse_with(error: &Error, response: &mut Response<'_>) {
    if let Some(seconds) = error.retry_after() {
        response.set_raw_header("Retry-After", seconds.to_string());
    }
    response.set_raw_header("Cache-Control", "no-store");
}

pub(crate) fn apply(mut add: ResponseHeaders, response: &mut Response<'_>) {
    if let Some(name) = add.vary()
        && !varies_with(response, name)
    {
        response.adjoin_raw_header("Vary", name);
    }
    if let Some(rule) = add.cache_control()
        && !response.headers().contains("Cache-Control")
    {
        response.set_raw_header("Cache-Control", rule);
    }
    if let Some(cookie) = add.take_set_cookie() {
        response.adjoin_raw_header("Set-Cookie", cookie);
    }
}

fn varies_with(response: &Response<'_>, name: &str) -> bool {
    let lists = response.headers().get("Vary");
    lists
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|listed| listed == "*" || listed.eq_ignore_ascii_case(name))
}
