//! `/login` and `/logout`.

use rocket::{get, post};
use session_kit::rocket::Session;
use shop::requests::login::{self, LoginForm};

use crate::form::Form;
use crate::format::Wanted;
use crate::respond::{Answer, Rendered};

#[get("/login")]
pub(crate) async fn show(session: Session) -> Answer {
    Ok(Rendered(login::show(&session).await?))
}

#[post("/login", data = "<form>")]
pub(crate) async fn sign_in(session: Session, wanted: Wanted, form: Form<LoginForm>) -> Answer {
    Ok(Rendered(login::sign_in(&session, wanted.0, form.0).await?))
}

#[post("/logout")]
#[expect(clippy::needless_pass_by_value, reason = "so it is handed in")]
pub(crate) fn sign_out(session: Session) -> Answer {
    Ok(Rendered(login::sign_out(&session)?))
}
