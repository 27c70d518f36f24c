//! The shop's replies as responses.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Redirect, Response};
use session_kit::axum::SessionError;
use shop::Reply;

pub(crate) type Answer = Result<Rendered, SessionError>;

pub(crate) struct Rendered(pub(crate) Reply);

impl IntoResponse for Rendered {
    fn into_response(self) -> Response {
        match self.0 {
            Reply::Page(status, html) => (known(status), Html(html)).into_response(),
            Reply::Json(status, json) => {
                let headers = [(CONTENT_TYPE, "application/json")];
                (known(status), headers, json).into_response()
            }
            Reply::Text(status, text) => (known(status), text).into_response(),
            Reply::SeeOther(path) => Redirect::to(path).into_response(),
        }
    }
}

fn known(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
