//! What every page's response has, whichever handler made it.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::response::Response;
use shop::headers::{OUTAGE, PAGE, VARY};

pub(crate) async fn finish_page(mut response: Response) -> Response {
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        // The session layer's refusal has no body.
        *response.body_mut() = OUTAGE.into();
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, html);
    }
    let head = response.headers_mut();
    head.append(HeaderName::from_static(VARY.0), HeaderValue::from_static(VARY.1));
    for (name, value) in PAGE {
        head.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}
