//! `/cart`: what the visitor wants to buy.

use session_kit::actix::Session;
use shop::requests::cart::{self, AddForm, RemoveForm};

use crate::form::Form;
use crate::format::Wanted;
use crate::respond::{Answer, Rendered};

pub(crate) async fn show(session: Session, Wanted(format): Wanted) -> Answer {
    Ok(Rendered(cart::show(&session, format).await?))
}

pub(crate) async fn add(session: Session, Wanted(format): Wanted, Form(form): Form<AddForm>) -> Answer {
    Ok(Rendered(cart::add(&session, format, form).await?))
}

pub(crate) async fn remove(session: Session, Form(form): Form<RemoveForm>) -> Answer {
    Ok(Rendered(cart::remove(&session, form).await?))
}
