//! What the adapter is inside an actix-web application.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod client;
mod connection;
mod errors;
mod failure;
mod interruption;
mod nesting;
mod outage;
mod sharing;

use session_actix::{Session, SessionError, SessionMiddleware};
use session_core::{CookieSettings, SessionManager, SigningKeys};
use session_store_memory::MemoryStore;

use client::ask;

fn manager() -> SessionManager {
    manager_named("__Host-session")
}

fn manager_named(name: &str) -> SessionManager {
    SessionManager::builder(MemoryStore::new(), SigningKeys::new([[7; 32]]).unwrap())
        .cookie(CookieSettings::new().name(name))
        .build()
        .unwrap()
}

fn sessions() -> SessionMiddleware {
    SessionMiddleware::new(manager())
}

async fn count(session: Session) -> Result<String, SessionError> {
    let visits = session
        .update("visits", |visits: &mut u64| {
            *visits += 1;
            *visits
        })
        .await?;
    Ok(visits.to_string())
}
