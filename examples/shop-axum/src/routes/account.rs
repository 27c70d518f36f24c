//! `/account`: for customers, and the way to leave nothing behind.

use session_kit::axum::Session;
use shop::requests::account;

use crate::format::Wanted;
use crate::respond::{Answer, Rendered};
use crate::signed_in::SignedIn;

pub(crate) async fn show(SignedIn(owner): SignedIn, session: Session, Wanted(format): Wanted) -> Answer {
    Ok(Rendered(account::show(&owner, &session, format).await?))
}

pub(crate) async fn destroy(session: Session) -> Rendered {
    Rendered(account::destroy(&session))
}
