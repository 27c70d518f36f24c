//! `/account`: for customers, and the way to leave nothing behind.

use serde::Serialize;
use session_kit::{Error, Owner, Session};

use crate::frame::Frame;
use crate::pages::AccountPage;
use crate::{Format, Reply};

#[derive(Serialize)]
struct Account<'a> {
    user: User<'a>,
}

#[derive(Serialize)]
struct User<'a> {
    email: &'a str,
}

/// Says who is signed in.
///
/// # Errors
///
/// When the session can't be read.
pub async fn show(owner: &Owner, session: &Session, format: Format) -> Result<Reply, Error> {
    let email = owner.as_str();
    if format == Format::Json {
        let user = User { email };
        return Ok(Reply::json(200, &Account { user }));
    }
    let frame = Frame::of(session).await?;
    Ok(Reply::page(200, &AccountPage { frame, email }))
}

/// Ends the session. Leaves no notice, for that would begin a new one.
#[must_use]
pub fn destroy(session: &Session) -> Reply {
    session.destroy();
    Reply::SeeOther("/")
}
