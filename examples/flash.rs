//! Leaves a message for the page that a redirect leads to, on Rocket.

use rocket::response::Redirect;
use rocket::{Build, Rocket, get, post, routes};
use session_kit::rocket::{Session, SessionError, SessionFairing};
use session_kit::{CookieSettings, SessionManager, SigningKeys, store::MemoryStore};

#[post("/orders")]
async fn order(session: Session) -> Result<Redirect, SessionError> {
    let orders = session.update("orders", |orders: &mut u64| {
        *orders += 1;
        *orders
    });
    session.flash("notice", &format!("order {} is on its way", orders.await?))?;
    Ok(Redirect::to("/"))
}

#[get("/")]
async fn home(session: Session) -> Result<String, SessionError> {
    let notice: Option<String> = session.take_flash("notice").await?;
    Ok(format!("{}\n", notice.as_deref().unwrap_or("nothing new")))
}

pub(crate) fn app() -> Result<Rocket<Build>, Box<dyn std::error::Error + Send + Sync>> {
    let manager = SessionManager::builder(MemoryStore::new(), SigningKeys::generate()?)
        .cookie(CookieSettings::new().insecure_for_local_http())
        .build()?;
    let rocket = rocket::build().mount("/", routes![order, home]);
    Ok(rocket.attach(SessionFairing::new(manager)))
}

#[rocket::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    app()?.launch().await?;
    Ok(())
}
