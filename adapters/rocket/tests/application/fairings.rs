//! Other fairings, before and after ours.

use std::io::Cursor;

use rocket::fairing::AdHoc;
use rocket::http::Status;
use rocket::routes;
use rocket::shield::Shield;
use session_rocket::Session;

use crate::{body, count, failing_sessions, keys, ok, sessions, silent, visit, visitor};

/// Records something on the way in.
fn recording_request(key: &'static str) -> AdHoc {
    AdHoc::on_request("Recording", move |request, _| {
        Box::pin(async move {
            let session = request.guard::<Session>().await.unwrap();
            session.insert(key, &true).unwrap();
        })
    })
}

/// Records something on the way out.
fn recording_response(key: &'static str) -> AdHoc {
    AdHoc::on_response("Recording", move |request, _| {
        Box::pin(async move {
            let session = request.guard::<Session>().await.unwrap();
            session.insert(key, &true).unwrap();
        })
    })
}

#[tokio::test]
async fn request_fairings_share_the_session_wherever_they_are_attached() {
    let rocket = silent()
        .mount("/", routes![keys])
        .attach(recording_request("before"))
        .attach(sessions())
        .attach(recording_request("after"));
    let client = visitor(rocket).await;
    assert_eq!(visit(&client, "/keys").await, ok("after before"));
}

#[tokio::test]
async fn what_a_response_fairing_records_is_stored_where_it_is_attached_before() {
    let rocket = silent()
        .mount("/", routes![keys])
        .attach(recording_response("before"))
        .attach(sessions())
        .attach(recording_response("after"));
    let client = visitor(rocket).await;
    assert_eq!(visit(&client, "/keys").await, ok(""));
    assert_eq!(visit(&client, "/keys").await, ok("before"));
}

#[tokio::test]
async fn a_response_fairing_that_is_attached_after_can_fill_a_refusal() {
    let (sessions, outage) = failing_sessions();
    let page = AdHoc::on_response("Page", |_, response| {
        Box::pin(async move {
            if response.status() == Status::ServiceUnavailable && response.body().is_none() {
                let page = "come back soon";
                response.set_sized_body(page.len(), Cursor::new(page));
            }
        })
    });
    let rocket = silent().mount("/", routes![count]).attach(sessions);
    let rocket = rocket.attach(page).attach(Shield::default());
    let client = visitor(rocket).await;
    outage.everything();
    let response = client.get("/count").dispatch().await;
    assert_eq!(response.status(), Status::ServiceUnavailable);
    assert_eq!(response.headers().get_one("Retry-After"), Some("1"));
    assert_eq!(response.headers().get_one("X-Content-Type-Options"), Some("nosniff"));
    assert_eq!(body(response).await, "come back soon");
}
