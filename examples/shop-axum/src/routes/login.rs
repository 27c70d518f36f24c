//! `/login` and `/logout`.

use axum::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;
use session_kit::axum::Session;

use crate::format::Format;
use crate::respond::{self, Answer};
use crate::shop::cart::CART;
use crate::shop::customer::{self, REMEMBERED};
use crate::shop::frame::{self, Frame};
use crate::shop::pages::LoginPage;

pub(crate) async fn show(session: Session) -> Answer {
    let frame = Frame::of(&session).await?;
    if frame.email.is_some() {
        return Ok(Redirect::to("/account").into_response());
    }
    Ok(respond::page(StatusCode::OK, &LoginPage::empty(frame)))
}

#[derive(Deserialize)]
pub(crate) struct LoginForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    remember: Option<String>,
}

pub(crate) async fn sign_in(session: Session, format: Format, Form(form): Form<LoginForm>) -> Answer {
    let owner = match customer::check(&form.email, &form.password) {
        Ok(owner) => owner,
        Err(wrong) if format == Format::Json => return Ok(respond::json_refusal(StatusCode::UNAUTHORIZED, &wrong)),
        Err(wrong) => {
            let page = LoginPage {
                frame: Frame::of(&session).await?,
                email: form.email,
                is_remembered: form.remember.is_some(),
                refusal: Some(wrong.to_string()),
            };
            return Ok(respond::page(StatusCode::UNAUTHORIZED, &page));
        }
    };
    session.sign_in(owner);
    if form.remember.is_some() {
        session.set_expiry(REMEMBERED)?;
    }
    frame::leave_notice(&session, "Welcome! You are signed in.")?;
    Ok(Redirect::to("/account").into_response())
}

pub(crate) async fn sign_out(session: Session) -> Answer {
    session.sign_out_keeping([CART]);
    frame::leave_notice(&session, "You are signed out.")?;
    Ok(Redirect::to("/").into_response())
}
