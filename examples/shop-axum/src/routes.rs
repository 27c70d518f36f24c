//! The handlers, one page a file.

pub(crate) mod account;
pub(crate) mod assets;
pub(crate) mod cart;
pub(crate) mod devices;
pub(crate) mod health;
pub(crate) mod login;
pub(crate) mod products;

use axum::http::StatusCode;
use session_kit::axum::Session;

use crate::format::Format;
use crate::respond::{self, Answer};
use crate::shop::frame::Frame;
use crate::shop::pages::RefusalPage;

pub(crate) async fn not_found(session: Session, format: Format) -> Answer {
    if format == Format::Json {
        return Ok(respond::json_refusal(StatusCode::NOT_FOUND, &"not found"));
    }
    let refusal = RefusalPage {
        frame: Frame::of(&session).await?,
        title: "Page not found",
        reason: "there is nothing at this address".to_owned(),
    };
    Ok(respond::page(StatusCode::NOT_FOUND, &refusal))
}
