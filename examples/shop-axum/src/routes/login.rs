//! `/login` and `/logout`.

use session_kit::axum::Session;
use shop::requests::login::{self, LoginForm};

use crate::form::Form;
use crate::format::Wanted;
use crate::respond::{Answer, Rendered};

pub(crate) async fn show(session: Session) -> Answer {
    Ok(Rendered(login::show(&session).await?))
}

pub(crate) async fn sign_in(session: Session, Wanted(format): Wanted, Form(form): Form<LoginForm>) -> Answer {
    Ok(Rendered(login::sign_in(&session, format, form).await?))
}

pub(crate) async fn sign_out(session: Session) -> Answer {
    Ok(Rendered(login::sign_out(&session)?))
}
