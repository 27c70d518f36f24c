//! tower-sessions with its memory store and a signed cookie.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use tower_sessions::cookie::Key;
use tower_sessions::cookie::time::Duration;
use tower_sessions::{Expiry, MemoryStore, Session, SessionManagerLayer};

use super::Site;
use super::bare::untouched;
use crate::values::{FIRST, NAME, others};

pub(crate) async fn site() -> Site {
    let layer = SessionManagerLayer::new(MemoryStore::default())
        .with_expiry(Expiry::OnInactivity(Duration::days(1)))
        .with_signed(Key::from(&[7; 64]));
    Site {
        router: Router::new()
            .route("/untouched", get(untouched))
            .route("/read", get(read))
            .route("/write", get(write))
            .route("/new", get(new))
            .route("/sign-in/{name}", get(sign_in))
            .route("/fill/{number}", get(fill))
            .layer(layer),
        cookie: "id",
    }
}

async fn read(session: Session) -> String {
    let number: Option<u64> = session.get(NAME).await.unwrap();
    number.unwrap_or_default().to_string()
}

async fn write(session: Session) -> String {
    let number: u64 = session.get(NAME).await.unwrap().unwrap_or_default();
    session.insert(NAME, number + 1).await.unwrap();
    number.to_string()
}

async fn new(session: Session) -> String {
    session.insert(NAME, FIRST).await.unwrap();
    FIRST.to_string()
}

async fn sign_in(session: Session, Path(name): Path<String>) -> String {
    session.cycle_id().await.unwrap();
    session.insert("user", name).await.unwrap();
    FIRST.to_string()
}

async fn fill(session: Session, Path(number): Path<usize>) -> String {
    session.insert(NAME, FIRST).await.unwrap();
    for (name, text) in others(number) {
        session.insert(&name, text).await.unwrap();
    }
    FIRST.to_string()
}
