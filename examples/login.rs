//! Signs visitors in and out, and shows the account to whoever is signed in.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;
use session_kit::axum::{Session, SessionError, SessionLayer};
use session_kit::{CookieSettings, Owner, SessionManager, SigningKeys, store::MemoryStore};

/// No way to keep passwords: an application stores a slow, salted hash of each.
const USERS: [(&str, &str); 2] = [("ann", "tea at five"), ("bob", "coffee at nine")];

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
}

async fn login(session: Session, Form(login): Form<Login>) -> Response {
    let is_right = USERS.contains(&(&login.name, &login.password));
    match Owner::new(&login.name) {
        Ok(owner) if is_right => session.sign_in(owner),
        _ => return (StatusCode::UNAUTHORIZED, "wrong name or password\n").into_response(),
    }
    Redirect::to("/account").into_response()
}

async fn logout(session: Session) -> Redirect {
    session.sign_out();
    Redirect::to("/account")
}

async fn account(session: Session) -> Result<Response, SessionError> {
    Ok(match session.owner().await? {
        Some(owner) => format!("signed in as {}\n", owner.as_str()).into_response(),
        None => (StatusCode::UNAUTHORIZED, "nobody is signed in\n").into_response(),
    })
}

pub(crate) fn app() -> Result<Router, Box<dyn std::error::Error>> {
    let manager = SessionManager::builder(MemoryStore::new(), SigningKeys::generate()?)
        .cookie(CookieSettings::new().insecure_for_local_http())
        .build()?;
    let app = Router::new()
        .route("/login", post(login))
        .route("/logout", post(logout));
    Ok(app.route("/account", get(account)).layer(SessionLayer::new(manager)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app()?).await?)
}
