//! What sessions cost at least: what somebody would write by hand for this one application.
//!
//! A signed cookie that is looked at only when the session is, a map of many locks, values encoded one by one and decoded
//! when they are read. No limits, no conflicts, no errors: it shows what there is to pay for, not how it is to be done.

mod layer;
mod record;
mod session;
mod store;

use std::sync::Arc;

use axum::extract::Path;
use axum::routing::get;
use axum::{Extension, Router};

use self::layer::FloorLayer;
use self::session::Session;
use self::store::Store;
use super::Site;
use super::bare::untouched;
use crate::values::{FIRST, NAME, others};

/// How its cookie is called.
const COOKIE: &str = "__Host-floor";

pub(crate) async fn site() -> Site {
    Site {
        router: Router::new()
            .route("/untouched", get(untouched))
            .route("/read", get(read))
            .route("/write", get(write))
            .route("/new", get(new))
            .route("/sign-in/{name}", get(sign_in))
            .route("/fill/{number}", get(fill))
            .layer(FloorLayer(Arc::new(Store::new(&[7; 32])))),
        cookie: COOKIE,
    }
}

async fn read(Extension(session): Extension<Session>) -> String {
    session.get(NAME).unwrap_or_default().to_string()
}

async fn write(Extension(session): Extension<Session>) -> String {
    let number = session.get(NAME).unwrap_or_default();
    session.insert(NAME, (number + 1).to_le_bytes());
    number.to_string()
}

async fn new(Extension(session): Extension<Session>) -> String {
    session.insert(NAME, FIRST.to_le_bytes());
    FIRST.to_string()
}

async fn sign_in(Extension(session): Extension<Session>, Path(name): Path<String>) -> String {
    session.regenerate();
    session.insert("user", name);
    FIRST.to_string()
}

async fn fill(Extension(session): Extension<Session>, Path(number): Path<usize>) -> String {
    session.insert(NAME, FIRST.to_le_bytes());
    for (name, text) in others(number) {
        session.insert(&name, text);
    }
    FIRST.to_string()
}
