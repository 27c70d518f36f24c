//! `/devices`: where the customer is signed in, and signing out there.

use actix_web::Error;
use session_kit::actix::{Session, SessionError};
use shop::requests::devices::{self, RevokeForm};

use crate::form::Form;
use crate::format::Wanted;
use crate::respond::{Answer, Rendered};
use crate::signed_in::SignedIn;

pub(crate) async fn show(_: SignedIn, session: Session, Wanted(format): Wanted) -> Answer {
    Ok(Rendered(devices::show(&session, format).await?))
}

/// Extractors run side by side, and that somebody is not signed in comes before what is wrong with the form.
pub(crate) async fn revoke(
    _: SignedIn,
    session: Session,
    Wanted(format): Wanted,
    form: Result<Form<RevokeForm>, Error>,
) -> Result<Rendered, Error> {
    let Form(form) = form?;
    let reply = devices::revoke(&session, format, &form).await;
    Ok(Rendered(reply.map_err(SessionError)?))
}

pub(crate) async fn revoke_others(_: SignedIn, session: Session) -> Answer {
    Ok(Rendered(devices::revoke_others(&session).await?))
}
