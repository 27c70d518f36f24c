//! A store of one's own: around another one, with numbers for operators. `tests/own_store.rs` proves that it is one.

pub(crate) mod timed;

use std::sync::{Arc, PoisonError};

use axum::{Router, routing::get};
use session_kit::axum::{Session, SessionError, SessionLayer};
use session_kit::{CookieSettings, SessionManager, SigningKeys, store::MemoryStore};
use timed::{Numbers, Timed};

async fn count(session: Session) -> Result<(), SessionError> {
    Ok(session.update("visits", |visits: &mut u64| *visits += 1).await?)
}

fn metrics(numbers: &Numbers) -> String {
    let numbers = numbers.lock().unwrap_or_else(PoisonError::into_inner);
    let lines = numbers.iter().map(|(operation, (calls, time))| {
        let seconds = time.as_secs_f64();
        format!("session_store_{operation}_calls {calls}\nsession_store_{operation}_seconds {seconds}\n")
    });
    lines.collect()
}

pub(crate) fn app() -> Result<Router, Box<dyn std::error::Error>> {
    let numbers = Numbers::default();
    let store = Timed {
        inner: MemoryStore::new(),
        numbers: Arc::clone(&numbers),
    };
    let manager = SessionManager::builder(store, SigningKeys::generate()?)
        .cookie(CookieSettings::new().insecure_for_local_http())
        .build()?;
    let app = Router::new().route("/", get(count)).layer(SessionLayer::new(manager));
    Ok(app.route("/metrics", get(move || async move { metrics(&numbers) })))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app()?).await?)
}
