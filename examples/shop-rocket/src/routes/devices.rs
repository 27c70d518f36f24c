//! `/devices`: where the customer is signed in, and signing out there.

use rocket::{get, post};
use session_kit::rocket::Session;
use shop::requests::devices::{self, RevokeForm};

use crate::form::Form;
use crate::format::Wanted;
use crate::respond::{Answer, Rendered};
use crate::signed_in::SignedIn;

#[get("/devices")]
pub(crate) async fn show(_customer: SignedIn, session: Session, wanted: Wanted) -> Answer {
    Ok(Rendered(devices::show(&session, wanted.0).await?))
}

#[post("/devices/revoke", data = "<form>")]
pub(crate) async fn revoke(_customer: SignedIn, session: Session, wanted: Wanted, form: Form<RevokeForm>) -> Answer {
    Ok(Rendered(devices::revoke(&session, wanted.0, &form.0).await?))
}

#[post("/devices/revoke-others")]
pub(crate) async fn revoke_others(_customer: SignedIn, session: Session) -> Answer {
    Ok(Rendered(devices::revoke_others(&session).await?))
}
