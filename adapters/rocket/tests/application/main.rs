//! What the adapter is inside a Rocket application.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "these are tests"
)]
#![expect(clippy::needless_pass_by_value, reason = "guards are passed by value")]

mod catchers;
mod connections;
mod fairings;
mod handlers;
mod headers;
mod streams;

use std::collections::HashSet;

use rocket::config::{LogLevel, Shutdown};
use rocket::local::asynchronous::{Client, LocalResponse};
use rocket::{Build, Config, Rocket, get};
use session_conformance::{FlakyStore, Plan, TestClock};
use session_core::{SessionManager, SessionManagerBuilder, SigningKeys, Store};
use session_rocket::{Session, SessionError, SessionFairing};
use session_store_memory::MemoryStore;

/// A Rocket that says nothing, listens where the system wants it to, and leaves signals to the test runner.
fn silent() -> Rocket<Build> {
    rocket::custom(Config {
        port: 0,
        log_level: LogLevel::Off,
        shutdown: Shutdown {
            ctrlc: false,
            signals: HashSet::new(),
            ..Shutdown::default()
        },
        ..Config::default()
    })
}

fn builder(store: impl Store) -> SessionManagerBuilder {
    SessionManager::builder(store, SigningKeys::new([[7; 32]]).unwrap())
}

fn sessions() -> SessionFairing {
    SessionFairing::new(builder(MemoryStore::new()).build().unwrap())
}

/// Sessions over a store that is down when the plan says so.
fn failing_sessions() -> (SessionFairing, Plan) {
    let store = FlakyStore::new(MemoryStore::new());
    let outage = store.plan();
    outage.nothing();
    let manager = builder(store).clock(TestClock::new()).build().unwrap();
    (SessionFairing::new(manager), outage)
}

/// A visitor's browser.
async fn visitor(rocket: Rocket<Build>) -> Client {
    Client::tracked(rocket).await.unwrap()
}

async fn body(response: LocalResponse<'_>) -> String {
    response.into_string().await.unwrap_or_default()
}

/// What `path` answers.
async fn visit(client: &Client, path: &'static str) -> (u16, String) {
    let response = client.get(path).dispatch().await;
    (response.status().code, body(response).await)
}

fn ok(body: &str) -> (u16, String) {
    (200, body.to_owned())
}

/// The values of all headers of this name, each a line of its own.
fn all<'a>(response: &'a LocalResponse<'_>, name: &'a str) -> Vec<&'a str> {
    response.headers().get(name).collect()
}

#[get("/count")]
async fn count(session: Session) -> Result<String, SessionError> {
    let visits = session
        .update("visits", |visits: &mut u64| {
            *visits += 1;
            *visits
        })
        .await?;
    Ok(visits.to_string())
}

/// The names of what the session holds.
#[get("/keys")]
async fn keys(session: Session) -> Result<String, SessionError> {
    let mut keys = session.keys().await?;
    keys.sort();
    Ok(keys.join(" "))
}
