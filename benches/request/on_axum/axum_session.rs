//! axum_session without a database, its cookie signed or not.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use axum_session::{Key, SessionConfig, SessionLayer, SessionNullPool, SessionNullSession, SessionStore};

use super::Site;
use super::bare::untouched;
use crate::values::{FIRST, NAME, others};

pub(crate) async fn site() -> Site {
    with(SessionConfig::default()).await
}

pub(crate) async fn signed_site() -> Site {
    with(SessionConfig::default().with_key(Key::from(&[7; 64]))).await
}

async fn with(config: SessionConfig) -> Site {
    let store = SessionStore::<SessionNullPool>::new(None, config).await.unwrap();
    Site {
        router: Router::new()
            .route("/untouched", get(untouched))
            .route("/read", get(read))
            .route("/write", get(write))
            .route("/new", get(new))
            .route("/sign-in/{name}", get(sign_in))
            .route("/fill/{number}", get(fill))
            .layer(SessionLayer::new(store)),
        cookie: "session",
    }
}

async fn read(session: SessionNullSession) -> String {
    session.get::<u64>(NAME).unwrap_or_default().to_string()
}

async fn write(session: SessionNullSession) -> String {
    let number: u64 = session.get(NAME).unwrap_or_default();
    session.set(NAME, number + 1);
    number.to_string()
}

async fn new(session: SessionNullSession) -> String {
    session.set(NAME, FIRST);
    FIRST.to_string()
}

async fn sign_in(session: SessionNullSession, Path(name): Path<String>) -> String {
    session.renew();
    session.set("user", name);
    FIRST.to_string()
}

async fn fill(session: SessionNullSession, Path(number): Path<usize>) -> String {
    session.set(NAME, FIRST);
    for (name, text) in others(number) {
        session.set(&name, text);
    }
    FIRST.to_string()
}
