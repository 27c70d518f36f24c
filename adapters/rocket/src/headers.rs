//! What a session changes in a response.

use rocket::Response;
use rocket::http::Status;
use session_core::{Error, HeaderLines, ResponseHeaders};

/// The response in place of the handler's: it said something that has not happened.
pub(crate) fn refuse<'r>(error: &Error) -> Response<'r> {
    let mut response = Response::new();
    response.set_status(Status::new(error.status()));
    append(error.headers(), &mut response);
    response
}

/// The headers that go with an error's status, on a catcher's page.
pub(crate) fn refuse_with(error: &Error, response: &mut Response<'_>) {
    for (name, value) in error.headers() {
        response.set_raw_header(name, value);
    }
}

pub(crate) fn add(headers: ResponseHeaders, response: &mut Response<'_>) {
    if headers.is_empty() {
        return;
    }
    let head = response.headers();
    let lines = headers.beside(|name| head.get(name).map(str::as_bytes));
    append(lines, response);
}

fn append(lines: HeaderLines, response: &mut Response<'_>) {
    for (name, value) in lines {
        response.adjoin_raw_header(name, value);
    }
}
