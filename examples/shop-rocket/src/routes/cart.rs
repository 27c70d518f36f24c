//! `/cart`: what the visitor wants to buy.

use rocket::{get, post};
use session_kit::rocket::Session;
use shop::requests::cart::{self, AddForm, RemoveForm};

use crate::form::Form;
use crate::format::Wanted;
use crate::respond::{Answer, Rendered};

#[get("/cart")]
pub(crate) async fn show(session: Session, wanted: Wanted) -> Answer {
    Ok(Rendered(cart::show(&session, wanted.0).await?))
}

#[post("/cart/add", data = "<form>")]
pub(crate) async fn add(session: Session, wanted: Wanted, form: Form<AddForm>) -> Answer {
    Ok(Rendered(cart::add(&session, wanted.0, form.0).await?))
}

#[post("/cart/remove", data = "<form>")]
pub(crate) async fn remove(session: Session, form: Form<RemoveForm>) -> Answer {
    Ok(Rendered(cart::remove(&session, form.0).await?))
}
