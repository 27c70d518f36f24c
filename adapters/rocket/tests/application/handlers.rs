//! Handlers, guards and errors.

use std::time::Duration;

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, async_trait, catch, catchers, get, routes};
use session_conformance::TestClock;
use session_core::{Error, Expiry, Owner, SessionManager};
use session_rocket::{MissingFairing, Session, SessionError, SessionFairing};
use session_store_memory::MemoryStore;

use crate::{all, body, builder, count, failing_sessions, keys, ok, sessions, silent, visit, visitor};

/// A guard of the application's, which uses the session as the handler does.
struct Greeted(bool);

#[async_trait]
impl<'r> FromRequest<'r> for Greeted {
    type Error = MissingFairing;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, MissingFairing> {
        let session = match request.guard::<Session>().await {
            Outcome::Success(session) => session,
            Outcome::Error(error) => return Outcome::Error(error),
            Outcome::Forward(status) => return Outcome::Forward(status),
        };
        let is_first = session.is_new().await.unwrap();
        session.insert("greeted", &true).unwrap();
        Outcome::Success(Self(is_first))
    }
}

#[tokio::test]
async fn guards_and_handlers_share_the_session() {
    #[get("/")]
    async fn page(greeted: Greeted, session: Session, again: Session) -> Result<String, SessionError> {
        again.insert("seen", &1)?;
        let mut keys = session.into_inner().keys().await?;
        keys.sort();
        Ok(format!("{} {}", greeted.0, keys.join(" ")))
    }
    let client = visitor(silent().mount("/", routes![page]).attach(sessions())).await;
    assert_eq!(visit(&client, "/").await, ok("true greeted seen"));
    assert_eq!(visit(&client, "/").await, ok("false greeted seen"));
}

#[tokio::test]
async fn a_route_that_forwards_leaves_its_session_to_the_next() {
    struct Passes;

    #[async_trait]
    impl<'r> FromRequest<'r> for Passes {
        type Error = ();

        async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
            let session = request.guard::<Session>().await.unwrap();
            session.insert("tried", &true).unwrap();
            Outcome::Forward(Status::NotFound)
        }
    }
    #[get("/<_>", rank = 1)]
    fn first(_passes: Passes) {}
    #[get("/<_>", rank = 2)]
    async fn second(session: Session) -> Result<String, SessionError> {
        session.insert("found", &true)?;
        Ok(session.get::<bool>("tried").await?.is_some().to_string())
    }
    let rocket = silent().mount("/", routes![first, second, keys]);
    let client = visitor(rocket.attach(sessions())).await;
    assert_eq!(visit(&client, "/page").await, ok("true"));
    assert_eq!(visit(&client, "/keys").await, ok("found tried"));
}

#[tokio::test]
async fn a_head_request_is_committed_like_the_get_that_it_becomes() {
    let client = visitor(silent().mount("/", routes![count]).attach(sessions())).await;
    let response = client.head("/count").dispatch().await;
    assert_eq!(all(&response, "Set-Cookie").len(), 1);
    assert_eq!(body(response).await, "");
    assert_eq!(visit(&client, "/count").await, ok("2"));
}

/// The password is checked by a guard before the handler asks for its session, and meanwhile the user signs out everywhere.
#[tokio::test]
async fn a_sign_in_counts_from_when_its_request_began() {
    struct RightPassword;

    #[async_trait]
    impl<'r> FromRequest<'r> for RightPassword {
        type Error = ();

        async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
            let (manager, clock) = request.rocket().state::<(SessionManager, TestClock)>().unwrap();
            clock.advance(Duration::from_secs(1));
            manager.revoke_all(&Owner::new("alice").unwrap()).await.unwrap();
            clock.advance(Duration::from_secs(1));
            Outcome::Success(Self)
        }
    }
    #[get("/")]
    fn sign_in(_password: RightPassword, session: Session) {
        session.sign_in(Owner::new("alice").unwrap());
    }
    let clock = TestClock::new();
    let manager = builder(MemoryStore::new()).clock(clock.clone()).build().unwrap();
    let rocket = silent()
        .mount("/", routes![sign_in])
        .manage((manager.clone(), clock))
        .attach(SessionFairing::new(manager));
    assert_eq!(visit(&visitor(rocket).await, "/").await.0, 503);
}

/// One of each kind, by its place.
fn error(number: usize) -> Option<Error> {
    let limits = Expiry::new().idle(Duration::ZERO).check().unwrap_err();
    let errors = [
        Error::TimedOut(Duration::from_secs(5)),
        Error::OutcomeUnknown(None),
        Error::SignInRevoked,
        Error::Gone,
        Error::HeadSent,
        Error::Expiry(limits),
    ];
    errors.into_iter().nth(number)
}

#[get("/<number>")]
fn fails(number: usize) -> Result<(), SessionError> {
    error(number).map_or(Ok(()), |error| Err(error.into()))
}

#[catch(default)]
fn page_of(status: Status, _: &Request<'_>) -> String {
    format!("the application's own page for {}", status.code)
}

#[tokio::test]
async fn a_session_error_is_the_page_of_a_catcher_and_tells_no_more_than_its_status() {
    let plain = visitor(silent().mount("/", routes![fails]).attach(sessions())).await;
    let themed = silent().mount("/", routes![fails]).register("/", catchers![page_of]);
    let themed = visitor(themed.attach(sessions())).await;
    for (number, status) in [503, 503, 503, 409, 500, 500].into_iter().enumerate() {
        for client in [&plain, &themed] {
            let response = client.get(format!("/{number}")).dispatch().await;
            let may_try_again = if status == 503 { vec!["1"] } else { Vec::new() };
            assert_eq!(response.status().code, status, "{number}");
            assert_eq!(all(&response, "Retry-After"), may_try_again, "{number}");
            assert_eq!(all(&response, "Cache-Control"), ["no-store"], "{number}");
        }
        let page = body(themed.get(format!("/{number}")).dispatch().await).await;
        assert_eq!(page, format!("the application's own page for {status}"));
    }
    assert_eq!(plain.get("/6").dispatch().await.status(), Status::Ok);
}

#[tokio::test]
async fn a_handler_that_answers_a_store_error_in_its_own_way_can() {
    #[get("/")]
    async fn page(session: Session) -> String {
        match session.get::<u64>("visits").await {
            Ok(visits) => format!("visits: {visits:?}"),
            Err(error) => format!("try again in {:?}", error.retry_after()),
        }
    }
    let (sessions, outage) = failing_sessions();
    let client = visitor(silent().mount("/", routes![page, count]).attach(sessions)).await;
    assert_eq!(visit(&client, "/count").await, ok("1"));
    outage.everything();
    let response = client.get("/").dispatch().await;
    assert_eq!(all(&response, "Set-Cookie"), [""; 0], "the cookie is left alone");
    assert_eq!(body(response).await, "try again in Some(1)");
    outage.nothing();
    assert_eq!(visit(&client, "/").await, ok("visits: Some(1)"));
}

#[tokio::test]
async fn requests_of_rockets_local_client_bring_their_cookies() {
    #[get("/destroy")]
    fn destroy(session: Session) {
        session.destroy();
    }
    let rocket = silent().mount("/", routes![count, destroy]);
    let client = visitor(rocket.attach(sessions())).await;
    assert_eq!(visit(&client, "/count").await, ok("1"));
    assert_eq!(visit(&client, "/count").await, ok("2"));
    let cookie = client.cookies().get("__Host-session").unwrap().clone();
    assert_eq!(visit(&client, "/destroy").await.0, 200);
    assert!(
        client.cookies().get("__Host-session").is_none(),
        "the cookie is removed"
    );
    assert_eq!(visit(&client, "/count").await, ok("1"));
    let old = client.get("/count").cookie(cookie).dispatch().await;
    assert_eq!(body(old).await, "1", "the old id is dead");
}
