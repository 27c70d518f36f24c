//! One struct for all that a session holds, behind an extractor of the application's own.

use axum::extract::{FromRequestParts, Path};
use axum::{Router, http::request::Parts, routing::get, routing::post};
use serde::{Deserialize, Serialize};
use session_kit::axum::{MissingLayer, Session, SessionError, SessionLayer};
use session_kit::{CookieSettings, Key, SessionManager, SigningKeys, store::MemoryStore};

/// With defaults, so that sessions which were stored before a field was added can still be read.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Visitor {
    name: Option<String>,
    visits: u64,
}

const VISITOR: Key<Visitor> = Key::new("visitor");
struct VisitorSession(Session);

impl<S: Sync> FromRequestParts<S> for VisitorSession {
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, MissingLayer> {
        Session::from_request_parts(parts, state).await.map(Self)
    }
}

impl VisitorSession {
    async fn change<R>(&self, change: impl Fn(&mut Visitor) -> R + Send + Sync + 'static) -> Result<R, SessionError> {
        Ok(self.0.update(VISITOR, change).await?)
    }
}

async fn greet(session: VisitorSession) -> Result<String, SessionError> {
    let greet = |visitor: &mut Visitor| {
        visitor.visits += 1;
        let name = visitor.name.as_deref().unwrap_or("stranger");
        format!("hello {name}, visit {}\n", visitor.visits)
    };
    session.change(greet).await
}

async fn rename(session: VisitorSession, Path(name): Path<String>) -> Result<(), SessionError> {
    session.change(move |visitor| visitor.name = Some(name.clone())).await
}

pub(crate) fn app() -> Result<Router, Box<dyn std::error::Error>> {
    let manager = SessionManager::builder(MemoryStore::new(), SigningKeys::generate()?)
        .cookie(CookieSettings::new().insecure_for_local_http())
        .build()?;
    let app = Router::new().route("/", get(greet)).route("/name/{name}", post(rename));
    Ok(app.layer(SessionLayer::new(manager)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app()?).await?)
}
