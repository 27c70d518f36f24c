//! Sessions for programs and native applications: the signed id travels in a header, and no cookie is used.

use axum::{Router, routing::get};
use session_kit::axum::{Session, SessionError, SessionLayer};
use session_kit::{SessionManager, SigningKeys, store::MemoryStore};

async fn count(session: Session) -> Result<String, SessionError> {
    let calls = session
        .update("calls", |calls: &mut u64| {
            *calls += 1;
            *calls
        })
        .await?;
    Ok(format!("call {calls}\n"))
}

async fn end(session: Session) {
    session.destroy();
}

pub(crate) fn app() -> Result<Router, Box<dyn std::error::Error>> {
    let manager = SessionManager::builder(MemoryStore::new(), SigningKeys::generate()?)
        .header("x-session")
        .build()?;
    let app = Router::new().route("/calls", get(count).delete(end));
    Ok(app.layer(SessionLayer::new(manager)))
}

/// `curl -i http://127.0.0.1:3000/calls`, and from then on with `-H 'x-session: ..'` as the last response had it.
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app()?).await?)
}
