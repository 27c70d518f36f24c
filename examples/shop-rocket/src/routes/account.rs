//! `/account`: for customers, and the way to leave nothing behind.

use rocket::{get, post};
use session_kit::rocket::Session;
use shop::requests::account;

use crate::format::Wanted;
use crate::respond::{Answer, Rendered};
use crate::signed_in::SignedIn;

#[get("/account")]
pub(crate) async fn show(customer: SignedIn, session: Session, wanted: Wanted) -> Answer {
    Ok(Rendered(account::show(&customer.0, &session, wanted.0).await?))
}

#[post("/destroy")]
#[expect(clippy::needless_pass_by_value, reason = "so it is handed in")]
pub(crate) fn destroy(session: Session) -> Rendered {
    Rendered(account::destroy(&session))
}
