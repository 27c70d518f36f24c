//! Responses that several handlers make.

use std::fmt::Display;

use askama::Template;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use session_kit::axum::{Session, SessionError};

use crate::format::Format;
use crate::shop::frame::Frame;
use crate::shop::pages::RefusalPage;

pub(crate) type Answer = Result<Response, SessionError>;

pub(crate) fn page(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page can't be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Says what was wrong with a form.
pub(crate) async fn refuse(session: &Session, format: Format, reason: &impl Display) -> Answer {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if format == Format::Json {
        return Ok(json_refusal(status, reason));
    }
    let refusal = RefusalPage {
        frame: Frame::of(session).await?,
        title: "That did not work",
        reason: reason.to_string(),
    };
    Ok(page(status, &refusal))
}

pub(crate) fn json_refusal(status: StatusCode, reason: &impl Display) -> Response {
    #[derive(Serialize)]
    struct Refusal {
        error: String,
    }
    let error = reason.to_string();
    (status, Json(Refusal { error })).into_response()
}
