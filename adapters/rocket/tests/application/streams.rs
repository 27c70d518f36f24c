//! Bodies that go on after the head.

use rocket::response::stream::{Event, EventStream};
use rocket::{get, routes};
use session_core::Error;
use session_rocket::Session;

use crate::{all, body, keys, ok, sessions, silent, visit, visitor};

#[get("/events")]
fn events(session: Session) -> EventStream![] {
    session.insert("begun", &true).unwrap();
    EventStream! {
        session.insert("goes on", &true).unwrap();
        yield Event::data(match session.save().await {
            Ok(()) => "saved",
            Err(Error::Gone) => "gone",
            Err(_) => "failed",
        });
    }
}

#[get("/destroy")]
fn destroy(session: Session) {
    session.destroy();
}

#[tokio::test]
async fn an_event_stream_begins_when_its_session_is_stored_and_can_save_more() {
    let client = visitor(silent().mount("/", routes![events, keys]).attach(sessions())).await;
    let stream = client.get("/events").dispatch().await;
    assert_eq!(all(&stream, "Set-Cookie").len(), 1, "before the first event");
    assert_eq!(visit(&client, "/keys").await, ok("begun"));
    assert_eq!(body(stream).await, "data:saved\n\n");
    assert_eq!(visit(&client, "/keys").await, ok("begun goes on"));
}

#[tokio::test]
async fn an_event_stream_learns_that_its_session_has_ended() {
    let rocket = silent().mount("/", routes![events, keys, destroy]);
    let client = visitor(rocket.attach(sessions())).await;
    let stream = client.get("/events").dispatch().await;
    let cookie = client.cookies().get("__Host-session").unwrap().clone();
    assert_eq!(visit(&client, "/destroy").await.0, 200);
    assert_eq!(body(stream).await, "data:gone\n\n");
    let old = client.get("/keys").cookie(cookie).dispatch().await;
    assert_eq!(body(old).await, "", "and brings nothing back");
}
