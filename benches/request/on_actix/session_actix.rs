//! `session-actix` with all defaults.

use actix_web::test::init_service;
use actix_web::{App, web};
use session_actix::{Session, SessionError, SessionMiddleware};
use session_core::{Owner, SessionManager, SigningKeys};
use session_store_memory::MemoryStore;

use super::Site;
use super::bare::untouched;
use crate::values::{FIRST, NAME, others};

pub(crate) async fn site() -> Site {
    let manager = SessionManager::new(MemoryStore::new(), SigningKeys::generate().unwrap()).unwrap();
    let application = App::new().configure(routes).wrap(SessionMiddleware::new(manager));
    Site::new(init_service(application).await, "__Host-session")
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/untouched", web::get().to(untouched))
        .route("/read", web::get().to(read))
        .route("/write", web::get().to(write))
        .route("/new", web::get().to(new))
        .route("/sign-in/{name}", web::get().to(sign_in))
        .route("/fill/{number}", web::get().to(fill));
}

async fn read(session: Session) -> Result<String, SessionError> {
    let number: Option<u64> = session.get(NAME).await?;
    Ok(number.unwrap_or_default().to_string())
}

async fn write(session: Session) -> Result<String, SessionError> {
    let number: u64 = session.get(NAME).await?.unwrap_or_default();
    session.insert(NAME, &(number + 1))?;
    Ok(number.to_string())
}

async fn new(session: Session) -> Result<String, SessionError> {
    session.insert(NAME, &FIRST)?;
    Ok(FIRST.to_string())
}

async fn sign_in(session: Session, name: web::Path<String>) -> String {
    session.sign_in(Owner::new(name.into_inner()).unwrap());
    FIRST.to_string()
}

async fn fill(session: Session, number: web::Path<usize>) -> Result<String, SessionError> {
    session.insert(NAME, &FIRST)?;
    for (name, text) in others(number.into_inner()) {
        session.insert(name.as_str(), &text)?;
    }
    Ok(FIRST.to_string())
}
