//! What each request does with the session, and what it is answered with. Each function is named as the handler is.
//!
//! All of them fail as session operations do; adapters make a 503, 409 or 500 of that.

pub mod account;
pub mod cart;
pub mod devices;
pub mod login;
pub mod products;

use std::fmt::Display;

use session_kit::{Error, Session};

use crate::frame::Frame;
use crate::pages::RefusalPage;
use crate::{Format, Reply};

/// An address that the shop does not have.
///
/// # Errors
///
/// When the session can't be read.
pub async fn not_found(session: &Session, format: Format) -> Result<Reply, Error> {
    if format == Format::Json {
        return Ok(Reply::json_refusal(404, &"not found"));
    }
    let refusal = RefusalPage {
        frame: Frame::of(session).await?,
        title: "Page not found",
        reason: "there is nothing at this address".to_owned(),
    };
    Ok(Reply::page(404, &refusal))
}

/// For pages of customers, where nobody is signed in: the sign-in form, or a 401 for programs.
#[must_use]
pub fn not_signed_in(format: Format) -> Reply {
    match format {
        Format::Json => Reply::json_refusal(401, &"not signed in"),
        Format::Page => Reply::SeeOther("/login"),
    }
}

/// Says what was wrong with a form.
async fn refuse(session: &Session, format: Format, reason: &impl Display) -> Result<Reply, Error> {
    if format == Format::Json {
        return Ok(Reply::json_refusal(422, reason));
    }
    let refusal = RefusalPage {
        frame: Frame::of(session).await?,
        title: "That did not work",
        reason: reason.to_string(),
    };
    Ok(Reply::page(422, &refusal))
}
