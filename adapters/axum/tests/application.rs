//! What the adapter is inside an axum application.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, COOKIE, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use session_axum::{Session, SessionError, SessionLayer};
use session_conformance::{FlakyStore, TestClock};
use session_core::{CookieSettings, Error, Expiry, SessionManager, SigningKeys};
use session_store_memory::MemoryStore;
use tower::ServiceExt;

fn manager() -> SessionManager {
    manager_named("__Host-session")
}

fn manager_named(name: &str) -> SessionManager {
    SessionManager::builder(MemoryStore::new(), SigningKeys::new([[7; 32]]).unwrap())
        .cookie(CookieSettings::new().name(name))
        .build()
        .unwrap()
}

async fn count(session: Session) -> Result<String, SessionError> {
    let visits = session
        .update("visits", |visits: &mut u64| {
            *visits += 1;
            *visits
        })
        .await?;
    Ok(visits.to_string())
}

/// Asks for a page with these cookies.
async fn ask(app: &Router, path: &str, cookies: &str) -> (StatusCode, HeaderMap, String) {
    let mut request = Request::get(path);
    if !cookies.is_empty() {
        request = request.header(COOKIE, cookies);
    }
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (head.status, head.headers, String::from_utf8(body.to_vec()).unwrap())
}

/// The names and values of the cookies that are set, as the next request sends them.
fn cookies(headers: &HeaderMap) -> String {
    let set = headers
        .get_all(SET_COOKIE)
        .iter()
        .map(|cookie| cookie.to_str().unwrap());
    let pairs: Vec<_> = set.map(|cookie| cookie.split(';').next().unwrap()).collect();
    pairs.join("; ")
}

#[tokio::test]
async fn of_two_layers_the_handler_gets_the_inner_ones_session() {
    let admin = Router::new()
        .route("/", get(count))
        .layer(SessionLayer::new(manager_named("__Host-admin")));
    let app = Router::new()
        .route("/shop", get(count))
        .nest("/admin", admin)
        .layer(SessionLayer::new(manager_named("__Host-shop")));
    let (_, headers, body) = ask(&app, "/shop", "").await;
    let shop = cookies(&headers);
    assert!(shop.starts_with("__Host-shop=") && body == "1", "{shop} {body}");
    let (_, headers, body) = ask(&app, "/admin", &shop).await;
    let admin = cookies(&headers);
    assert!(admin.starts_with("__Host-admin=") && !admin.contains("shop"), "{admin}");
    assert_eq!(body, "1", "the two have nothing in common");
    let both = format!("{shop}; {admin}");
    assert_eq!(ask(&app, "/admin", &both).await.2, "2");
    assert_eq!(ask(&app, "/shop", &both).await.2, "2");
}

#[tokio::test]
async fn a_handler_outside_the_layer_is_a_500_and_one_that_asks_for_none_is_not() {
    let app = Router::new()
        .route("/inside", get(count))
        .layer(SessionLayer::new(manager()))
        .route("/outside", get(count))
        .route("/without", get(|| async { "no session" }));
    assert_eq!(ask(&app, "/inside", "").await.0, StatusCode::OK);
    let (status, headers, body) = ask(&app, "/outside", "").await;
    assert_eq!((status, body.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, ""));
    assert!(headers.get(SET_COOKIE).is_none());
    assert_eq!(ask(&app, "/without", "").await.2, "no session");
    let optional = Router::new().route(
        "/",
        get(|session: Option<Extension<session_core::Session>>| async move { session.is_some().to_string() }),
    );
    assert_eq!(ask(&optional, "/", "").await.2, "false");
}

#[tokio::test]
async fn other_middleware_and_other_extractors_share_the_session() {
    async fn greet(request: Request, next: Next) -> Response {
        let session = request.extensions().get::<session_core::Session>().unwrap().clone();
        let is_first = session.is_new().await.unwrap();
        session.insert("greeted", &true).unwrap();
        let mut response = next.run(request).await;
        response
            .headers_mut()
            .insert("x-first", is_first.to_string().parse().unwrap());
        response
    }
    async fn page(session: Session, Extension(same): Extension<session_core::Session>) -> Result<String, SessionError> {
        same.insert("seen", &1)?;
        let mut keys = session.into_inner().keys().await?;
        keys.sort();
        Ok(keys.join(" "))
    }
    let app = Router::new()
        .route("/", get(page))
        .layer(from_fn(greet))
        .layer(SessionLayer::new(manager()));
    let (_, headers, body) = ask(&app, "/", "").await;
    assert_eq!(
        (headers["x-first"].to_str().unwrap(), body.as_str()),
        ("true", "greeted seen")
    );
    let (_, headers, _) = ask(&app, "/", &cookies(&headers)).await;
    assert_eq!(headers["x-first"], "false");
}

/// Turns a panic into a 500, as `CatchPanicLayer` of tower-http does.
async fn catch_panic(request: Request, next: Next) -> Response {
    let caught = tokio::spawn(next.run(request)).await;
    caught.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

#[tokio::test]
async fn a_panic_that_is_caught_inside_drops_changes_and_keeps_a_destroy() {
    async fn panics(session: Session) -> String {
        session.insert("visits", &100).unwrap();
        panic!("as the test wants it")
    }
    async fn destroys(session: Session) -> String {
        session.destroy();
        panic!("as the test wants it")
    }
    let app = Router::new()
        .route("/", get(count))
        .route("/panics", get(panics))
        .route("/destroys", get(destroys))
        .layer(from_fn(catch_panic))
        .layer(SessionLayer::new(manager()));
    let (_, headers, _) = ask(&app, "/", "").await;
    let cookie = cookies(&headers);
    let (status, headers, _) = ask(&app, "/panics", &cookie).await;
    assert_eq!(
        (status, cookies(&headers).as_str()),
        (StatusCode::INTERNAL_SERVER_ERROR, "")
    );
    assert_eq!(ask(&app, "/", &cookie).await.2, "2", "a panic drops what was recorded");
    let (status, headers, _) = ask(&app, "/destroys", &cookie).await;
    assert_eq!(
        (status, cookies(&headers).as_str()),
        (StatusCode::INTERNAL_SERVER_ERROR, "__Host-session=")
    );
    assert_eq!(ask(&app, "/", &cookie).await.2, "1", "a destroy happens all the same");
}

#[tokio::test]
async fn a_session_error_is_a_response_that_tells_no_more_than_its_status() {
    let limits = Expiry::new().idle(Duration::ZERO).check().unwrap_err();
    for (error, status) in [
        (Error::TimedOut(Duration::from_secs(5)), StatusCode::SERVICE_UNAVAILABLE),
        (Error::OutcomeUnknown(None), StatusCode::SERVICE_UNAVAILABLE),
        (Error::SignInRevoked, StatusCode::SERVICE_UNAVAILABLE),
        (Error::Gone, StatusCode::CONFLICT),
        (Error::HeadSent, StatusCode::INTERNAL_SERVER_ERROR),
        (Error::Expiry(limits), StatusCode::INTERNAL_SERVER_ERROR),
    ] {
        let shown = format!("{error:?}");
        let response = SessionError::from(error).into_response();
        assert_eq!(response.status(), status, "{shown}");
        let may_try_again = status == StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(response.headers().get(RETRY_AFTER).is_some(), may_try_again, "{shown}");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert!(to_bytes(response.into_body(), 1000).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_handler_that_answers_a_store_error_in_its_own_way_can() {
    let store = FlakyStore::new(MemoryStore::new());
    let outage = store.plan();
    outage.nothing();
    let manager = SessionManager::builder(store, SigningKeys::generate().unwrap())
        .clock(TestClock::new())
        .build()
        .unwrap();
    async fn page(session: Session) -> String {
        match session.get::<u64>("visits").await {
            Ok(visits) => format!("visits: {visits:?}"),
            Err(error) => format!("try again in {:?}", error.retry_after()),
        }
    }
    let app = Router::new()
        .route("/", get(page))
        .route("/count", get(count))
        .layer(SessionLayer::new(manager));
    let (_, headers, _) = ask(&app, "/count", "").await;
    let cookie = cookies(&headers);
    outage.everything();
    let (status, headers, body) = ask(&app, "/", &cookie).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "try again in Some(1)"));
    assert_eq!(cookies(&headers), "", "the cookie is left alone");
    outage.nothing();
    assert_eq!(ask(&app, "/", &cookie).await.2, "visits: Some(1)");
}
