//! A job that goes on after the response, and leaves its result in the session that began it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Router, routing::get, routing::post};
use session_kit::axum::{Session, SessionError, SessionLayer};
use session_kit::{CookieSettings, Error, SessionManager, SigningKeys, store::MemoryStore};
use tokio::sync::{Semaphore, watch};

#[derive(Clone)]
pub(crate) struct Jobs {
    /// How many run at once.
    pub(crate) places: Arc<Semaphore>,
    pub(crate) dropped: watch::Sender<u64>,
}

async fn begin(session: Session, State(jobs): State<Jobs>) -> Result<StatusCode, SessionError> {
    session.insert("report", "still at work")?;
    session.save().await?;
    tokio::spawn(report(session.into_inner(), jobs));
    Ok(StatusCode::ACCEPTED)
}

async fn report(session: session_kit::Session, jobs: Jobs) -> Result<(), Error> {
    let _place = jobs.places.acquire().await;
    // Unlike an `insert`, it still arrives if the visitor has just signed in, under a new id.
    let report = session.update_now("report", |report: &mut String| "42 sold".clone_into(report));
    match report.await {
        // The visitor has signed out, or the session has run out: nobody will come for this.
        Err(Error::Gone) => jobs.dropped.send_modify(|dropped| *dropped += 1),
        saved => saved?,
    }
    Ok(())
}

async fn read(session: Session) -> Result<String, SessionError> {
    let report: Option<String> = session.get("report").await?;
    Ok(report.unwrap_or_else(|| "no report".to_owned()))
}

pub(crate) fn app(jobs: Jobs) -> Result<Router, Box<dyn std::error::Error>> {
    let manager = SessionManager::builder(MemoryStore::new(), SigningKeys::generate()?)
        .cookie(CookieSettings::new().insecure_for_local_http())
        .build()?;
    let leave = |session: Session| async move { session.destroy() };
    let app = Router::new()
        .route("/report", get(read).post(begin))
        .route("/leave", post(leave));
    Ok(app.with_state(jobs).layer(SessionLayer::new(manager)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (places, dropped) = (Arc::new(Semaphore::new(2)), watch::Sender::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app(Jobs { places, dropped })?).await?)
}
