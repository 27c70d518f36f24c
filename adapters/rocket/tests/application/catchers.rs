//! Requests that fail, and who answers them.

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::response::Redirect;
use rocket::{Request, async_trait, catch, catchers, get, routes};
use session_conformance::{CountingStore, Operation};
use session_rocket::{Session, SessionFairing};
use session_store_memory::MemoryStore;

use crate::{builder, count, failing_sessions, keys, ok, sessions, silent, visit, visitor};

/// Shows what the session holds, and adds to it.
#[catch(default)]
async fn page(status: Status, request: &Request<'_>) -> String {
    let session = request.guard::<Session>().await.unwrap();
    session.insert("caught", &true).unwrap();
    let mut keys = session.keys().await.unwrap();
    keys.sort();
    format!("{}: {}", status.code, keys.join(" "))
}

#[tokio::test]
async fn a_catcher_has_the_session_of_the_handler_and_it_is_committed_once() {
    #[get("/")]
    fn missing(session: Session) -> Option<()> {
        session.insert("tried", &true).unwrap();
        None
    }
    let store = CountingStore::new(MemoryStore::new());
    let counts = store.counts();
    let sessions = SessionFairing::new(builder(store).build().unwrap());
    let rocket = silent()
        .mount("/", routes![missing, keys])
        .register("/", catchers![page]);
    let client = visitor(rocket.attach(sessions)).await;
    let response = client.get("/").dispatch().await;
    assert_eq!(response.headers().get("Set-Cookie").count(), 1);
    assert_eq!(response.into_string().await.unwrap(), "404: caught tried");
    assert_eq!(
        (counts.of(Operation::Create), counts.total()),
        (1, 1),
        "{:?}",
        counts.all()
    );
    assert_eq!(visit(&client, "/keys").await, ok("caught tried"));
}

#[tokio::test]
async fn a_catcher_has_the_session_of_a_guard_that_failed() {
    struct Refuses;

    #[async_trait]
    impl<'r> FromRequest<'r> for Refuses {
        type Error = ();

        async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
            let session = request.guard::<Session>().await.unwrap();
            session.insert("refused", &true).unwrap();
            Outcome::Error((Status::Unauthorized, ()))
        }
    }
    #[get("/")]
    fn members_only(_refuses: Refuses) {}
    let rocket = silent()
        .mount("/", routes![members_only, keys])
        .register("/", catchers![page]);
    let client = visitor(rocket.attach(sessions())).await;
    assert_eq!(visit(&client, "/").await, (401, "401: caught refused".to_owned()));
    assert_eq!(visit(&client, "/keys").await, ok("caught refused"));
}

#[tokio::test]
async fn a_request_for_no_route_has_a_session_too() {
    let rocket = silent().mount("/", routes![keys]).register("/", catchers![page]);
    let client = visitor(rocket.attach(sessions())).await;
    assert_eq!(visit(&client, "/nowhere").await, (404, "404: caught".to_owned()));
    assert_eq!(visit(&client, "/keys").await, ok("caught"));
}

#[get("/panics")]
fn panics(session: Session) {
    session.insert("visits", &100).unwrap();
    panic!("as the test wants it")
}

#[tokio::test]
async fn a_panic_drops_changes_and_keeps_a_destroy() {
    #[get("/destroys")]
    fn destroys(session: Session) {
        session.destroy();
        panic!("as the test wants it")
    }
    let rocket = silent().mount("/", routes![count, panics, destroys]);
    let client = visitor(rocket.attach(sessions())).await;
    assert_eq!(visit(&client, "/count").await, ok("1"));
    let response = client.get("/panics").dispatch().await;
    assert_eq!(response.status(), Status::InternalServerError);
    assert_eq!(response.headers().get("Set-Cookie").count(), 0);
    assert_eq!(
        visit(&client, "/count").await,
        ok("2"),
        "a panic drops what was recorded"
    );
    assert_eq!(visit(&client, "/destroys").await.0, 500);
    assert_eq!(
        visit(&client, "/count").await,
        ok("1"),
        "a destroy happens all the same"
    );
}

#[catch(default)]
fn redirect() -> Redirect {
    Redirect::to("/sorry")
}

#[tokio::test]
async fn a_catcher_that_answers_an_error_of_the_session_in_its_own_way_can() {
    let (sessions, outage) = failing_sessions();
    let rocket = silent().mount("/", routes![count]).register("/", catchers![redirect]);
    let client = visitor(rocket.attach(sessions)).await;
    assert_eq!(visit(&client, "/count").await, ok("1"));
    outage.everything();
    let response = client.get("/count").dispatch().await;
    assert_eq!(response.status(), Status::SeeOther);
    assert_eq!(response.headers().get_one("Retry-After"), None, "that goes with a 503");
    assert_eq!(response.headers().get("Set-Cookie").count(), 0);
}

#[tokio::test]
async fn a_catcher_that_redirects_after_a_failure_has_what_was_recorded_stored() {
    let rocket = silent()
        .mount("/", routes![count, panics])
        .register("/", catchers![redirect]);
    let client = visitor(rocket.attach(sessions())).await;
    assert_eq!(visit(&client, "/panics").await.0, 303);
    assert_eq!(visit(&client, "/count").await, ok("101"));
}
