//! `session-axum` with all defaults.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use session_axum::{Session, SessionError, SessionLayer};
use session_core::{Owner, SessionManager, SigningKeys};
use session_store_memory::MemoryStore;

use super::Site;
use super::bare::untouched;
use crate::values::{FIRST, NAME, others};

pub(crate) async fn site() -> Site {
    let manager = SessionManager::new(MemoryStore::new(), SigningKeys::generate().unwrap()).unwrap();
    Site {
        router: Router::new()
            .route("/untouched", get(untouched))
            .route("/read", get(read))
            .route("/write", get(write))
            .route("/new", get(new))
            .route("/sign-in/{name}", get(sign_in))
            .route("/fill/{number}", get(fill))
            .layer(SessionLayer::new(manager)),
        cookie: "__Host-session",
    }
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

async fn sign_in(session: Session, Path(name): Path<String>) -> String {
    session.sign_in(Owner::new(name).unwrap());
    FIRST.to_string()
}

async fn fill(session: Session, Path(number): Path<usize>) -> Result<String, SessionError> {
    session.insert(NAME, &FIRST)?;
    for (name, text) in others(number) {
        session.insert(name.as_str(), &text)?;
    }
    Ok(FIRST.to_string())
}
