//! Rockets that are put together wrongly do not launch, and the log says what would be right.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::cell::RefCell;
use std::sync::Once;

use log::{LevelFilter, Log, Metadata, Record};
use rocket::error::ErrorKind;
use rocket::http::Status;
use rocket::local::asynchronous::Client;
use rocket::request::{FromRequest, Outcome};
use rocket::{Build, Request, Rocket, async_trait, get, routes};
use session_core::{SessionManager, SigningKeys};
use session_rocket::{MissingFairing, Session, SessionFairing};
use session_store_memory::MemoryStore;

/// Keeps what this crate logs, in place of Rocket's logger. Each test has a thread of its own.
struct Keeping;

thread_local! {
    static KEPT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

impl Log for Keeping {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("session_rocket")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            KEPT.with_borrow_mut(|lines| lines.push(record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

/// What was logged since this was last asked.
fn logged() -> Vec<String> {
    KEPT.take()
}

const MISSING: &str = "a handler asks for a session and there is none: add `.attach(SessionFairing::new(manager))`";
const TWO: &str = "two `SessionFairing`s are attached, needs one: the `Session` guard could not tell them apart";

fn rocket() -> Rocket<Build> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Keeping).unwrap();
        log::set_max_level(LevelFilter::Error);
    });
    rocket::build()
}

fn sessions() -> SessionFairing {
    let manager = SessionManager::new(MemoryStore::new(), SigningKeys::generate().unwrap());
    SessionFairing::new(manager.unwrap())
}

#[get("/session")]
fn asks(session: Session) {
    drop(session);
}

#[get("/perhaps")]
fn asks_perhaps(session: Option<Session>) {
    drop(session);
}

#[tokio::test]
async fn a_rocket_whose_routes_ask_for_a_session_does_not_launch_without_the_fairing() {
    for routes in [routes![asks], routes![asks_perhaps]] {
        let error = Client::untracked(rocket().mount("/", routes.clone()))
            .await
            .unwrap_err();
        let ErrorKind::SentinelAborts(sentries) = error.kind() else {
            panic!("{error}");
        };
        assert!(sentries[0].type_name.contains(std::any::type_name::<Session>()));
        assert_eq!(logged(), [MISSING]);
        Client::untracked(rocket().mount("/", routes).attach(sessions()))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_rocket_with_two_fairings_does_not_launch() {
    let twice = rocket().attach(sessions()).attach(sessions());
    let error = Client::untracked(twice).await.unwrap_err();
    let ErrorKind::FailedFairings(failures) = error.kind() else {
        panic!("{error}");
    };
    assert_eq!(failures[0].name, "Sessions");
    assert_eq!(logged(), [TWO]);
}

/// A guard of the application's, in which Rocket can't see the session.
struct Member;

#[async_trait]
impl<'r> FromRequest<'r> for Member {
    type Error = MissingFairing;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, MissingFairing> {
        request.guard::<Session>().await.map(|_| Self)
    }
}

#[tokio::test]
async fn a_guard_that_asks_for_a_session_without_the_fairing_is_a_500_and_others_are_not() {
    #[get("/member")]
    fn member(_member: Member) {}
    #[get("/without")]
    fn without() -> &'static str {
        "no session"
    }
    let routes = routes![member, without];
    let client = Client::untracked(rocket().mount("/", routes.clone())).await.unwrap();
    let response = client.get("/member").dispatch().await;
    assert_eq!(response.status(), Status::InternalServerError);
    assert_eq!(response.headers().get("Set-Cookie").count(), 0);
    assert_eq!(logged(), [MISSING]);
    assert_eq!(client.get("/without").dispatch().await.status(), Status::Ok);
    let client = Client::untracked(rocket().mount("/", routes).attach(sessions()))
        .await
        .unwrap();
    assert_eq!(client.get("/member").dispatch().await.status(), Status::Ok);
}
