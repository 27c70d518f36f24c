//! `/login` and `/logout`.

use std::fmt;

use serde::Deserialize;
use session_kit::{Error, Session};

use crate::cart::CART;
use crate::customer::{self, REMEMBERED};
use crate::frame::{self, Frame};
use crate::pages::LoginPage;
use crate::{Format, Reply};

/// Shows the form to those who are not signed in.
///
/// # Errors
///
/// When the session can't be read.
pub async fn show(session: &Session) -> Result<Reply, Error> {
    let frame = Frame::of(session).await?;
    if frame.email.is_some() {
        return Ok(Reply::SeeOther("/account"));
    }
    Ok(Reply::page(200, &LoginPage::empty(frame)))
}

/// Who somebody says they are. Its `Debug` does not show it.
#[derive(Deserialize)]
pub struct LoginForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    remember: Option<String>,
}

impl fmt::Debug for LoginForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LoginForm").finish_non_exhaustive()
    }
}

/// Signs in, for longer with `remember`.
///
/// # Errors
///
/// When the session can't be read.
pub async fn sign_in(session: &Session, format: Format, form: LoginForm) -> Result<Reply, Error> {
    let owner = match customer::check(&form.email, &form.password) {
        Ok(owner) => owner,
        Err(wrong) if format == Format::Json => return Ok(Reply::json_refusal(401, &wrong)),
        Err(wrong) => {
            let page = LoginPage {
                frame: Frame::of(session).await?,
                email: form.email,
                is_remembered: form.remember.is_some(),
                refusal: Some(wrong.to_string()),
            };
            return Ok(Reply::page(401, &page));
        }
    };
    session.sign_in(owner);
    if form.remember.is_some() {
        session.set_expiry(REMEMBERED)?;
    }
    frame::leave_notice(session, "Welcome! You are signed in.")?;
    Ok(Reply::SeeOther("/account"))
}

/// Signs out, and keeps the cart.
///
/// # Errors
///
/// None that the store could cause: what is done here is carried out after the handler.
pub fn sign_out(session: &Session) -> Result<Reply, Error> {
    session.sign_out_keeping([CART]);
    frame::leave_notice(session, "You are signed out.")?;
    Ok(Reply::SeeOther("/"))
}
