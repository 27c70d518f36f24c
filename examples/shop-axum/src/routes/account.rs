//! `/account`: for customers, and the way to leave nothing behind.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use serde::Serialize;
use session_kit::axum::Session;

use crate::format::Format;
use crate::respond::{self, Answer};
use crate::shop::frame::Frame;
use crate::shop::pages::AccountPage;
use crate::signed_in::SignedIn;

#[derive(Serialize)]
struct Account<'a> {
    user: User<'a>,
}

#[derive(Serialize)]
struct User<'a> {
    email: &'a str,
}

pub(crate) async fn show(SignedIn(owner): SignedIn, session: Session, format: Format) -> Answer {
    let email = owner.as_str();
    if format == Format::Json {
        let user = User { email };
        return Ok(Json(Account { user }).into_response());
    }
    let frame = Frame::of(&session).await?;
    Ok(respond::page(StatusCode::OK, &AccountPage { frame, email }))
}

/// Leaves no notice, for that would begin a new session.
pub(crate) async fn destroy(session: Session) -> Redirect {
    session.destroy();
    Redirect::to("/")
}
