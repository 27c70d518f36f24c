//! `/devices`: where the customer is signed in, and signing out there.

use session_kit::axum::Session;
use shop::requests::devices::{self, RevokeForm};

use crate::form::Form;
use crate::format::Wanted;
use crate::respond::{Answer, Rendered};
use crate::signed_in::SignedIn;

pub(crate) async fn show(_: SignedIn, session: Session, Wanted(format): Wanted) -> Answer {
    Ok(Rendered(devices::show(&session, format).await?))
}

pub(crate) async fn revoke(
    _: SignedIn,
    session: Session,
    Wanted(format): Wanted,
    Form(form): Form<RevokeForm>,
) -> Answer {
    Ok(Rendered(devices::revoke(&session, format, &form).await?))
}

pub(crate) async fn revoke_others(_: SignedIn, session: Session) -> Answer {
    Ok(Rendered(devices::revoke_others(&session).await?))
}
