//! Counts a visitor's visits.

use axum::{Router, routing::get};
use session_kit::axum::{Session, SessionError, SessionLayer};
use session_kit::{CookieSettings, SessionManager, SigningKeys, store::MemoryStore};

async fn count(session: Session) -> Result<String, SessionError> {
    let visits = session
        .update("visits", |visits: &mut u64| {
            *visits += 1;
            *visits
        })
        .await?;
    Ok(format!("visit {visits}\n"))
}

pub(crate) fn app() -> Result<Router, Box<dyn std::error::Error>> {
    let manager = SessionManager::builder(MemoryStore::new(), SigningKeys::generate()?)
        .cookie(CookieSettings::new().insecure_for_local_http())
        .build()?;
    Ok(Router::new().route("/", get(count)).layer(SessionLayer::new(manager)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app()?).await?)
}
