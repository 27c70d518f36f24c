//! Handlers that do not come to their end.

use std::cell::Cell;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::error::ErrorInternalServerError;
use actix_web::middleware::{Next, from_fn};
use actix_web::test::init_service;
use actix_web::{App, Error, HttpResponse, web};
use futures_util::FutureExt;
use session_actix::Session;

use crate::client::request;
use crate::{ask, count, sessions};

/// Turns a panic into a 500.
async fn catch_panic<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let caught = AssertUnwindSafe(next.call(request)).catch_unwind().await;
    caught.unwrap_or_else(|_| Err(ErrorInternalServerError("")))
}

#[tokio::test]
async fn a_panic_that_is_caught_inside_drops_changes_and_keeps_a_destroy() {
    async fn panics(session: Session) -> HttpResponse {
        session.insert("visits", &100).unwrap();
        panic!("as the test wants it")
    }
    async fn destroys(session: Session) -> HttpResponse {
        session.destroy();
        panic!("as the test wants it")
    }
    let app = App::new()
        .route("/", web::to(count))
        .route("/panics", web::to(panics))
        .route("/destroys", web::to(destroys))
        .wrap(from_fn(catch_panic))
        .wrap(sessions());
    let app = init_service(app).await;
    let cookie = ask(&app, "/", "").await.cookies();
    let panicked = ask(&app, "/panics", &cookie).await;
    assert_eq!((panicked.status.as_u16(), panicked.cookies().as_str()), (500, ""));
    assert_eq!(
        ask(&app, "/", &cookie).await.body,
        "2",
        "a panic drops what was recorded"
    );
    let destroyed = ask(&app, "/destroys", &cookie).await;
    assert_eq!(
        (destroyed.status.as_u16(), destroyed.cookies().as_str()),
        (500, "__Host-session=")
    );
    assert_eq!(
        ask(&app, "/", &cookie).await.body,
        "1",
        "a destroy happens all the same"
    );
}

#[tokio::test]
async fn a_request_that_is_cancelled_stores_nothing() {
    let recorded = Rc::new(Cell::new(false));
    let has_recorded = Rc::clone(&recorded);
    let stalls = move |session: Session| {
        let recorded = Rc::clone(&recorded);
        async move {
            count(session.clone()).await.unwrap();
            session.destroy();
            recorded.set(true);
            pending::<HttpResponse>().await
        }
    };
    let app = App::new()
        .route("/", web::to(count))
        .route("/stalls", web::to(stalls))
        .wrap(sessions());
    let app = init_service(app).await;
    let cookie = ask(&app, "/", "").await.cookies();
    let answer = app.call(request("/stalls", &cookie)).now_or_never();
    assert!(answer.is_none() && has_recorded.get(), "the handler waits");
    assert_eq!(
        ask(&app, "/", &cookie).await.body,
        "2",
        "and was dropped with its changes"
    );
}
