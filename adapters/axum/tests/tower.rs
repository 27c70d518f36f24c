//! The layer around tower services that are not axum's.

use std::convert::Infallible;
use std::sync::Arc;

use http::header::{CACHE_CONTROL, SET_COOKIE, VARY};
use http::{Request, Response};
use session_axum::SessionLayer;
use session_conformance::CountingStore;
use session_core::{Session, SessionManager, SigningKeys};
use session_store_memory::MemoryStore;
use tower::{Layer, ServiceExt, service_fn};

#[tokio::test]
async fn the_layer_works_around_a_tower_service_that_is_not_axum() {
    let manager = SessionManager::new(MemoryStore::new(), SigningKeys::generate().unwrap()).unwrap();
    let service = service_fn(|request: Request<String>| async move {
        let session = request.extensions().get::<Session>().unwrap();
        session.insert("name", request.body()).unwrap();
        Ok::<_, Infallible>(Response::new(format!("hello {}", request.body())))
    });
    let service = SessionLayer::new(manager).layer(service);
    let response = service.oneshot(Request::new("Ada".to_owned())).await.unwrap();
    assert_eq!(response.body(), "hello Ada");
    assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    assert_eq!(response.headers()[VARY], "Cookie");
    assert_eq!(response.headers().get_all(SET_COOKIE).iter().count(), 1);
}

#[tokio::test]
async fn an_error_of_the_inner_service_is_passed_on_and_stores_nothing() {
    let store = Arc::new(CountingStore::new(MemoryStore::new()));
    let counts = store.counts();
    let manager = SessionManager::new(store, SigningKeys::generate().unwrap()).unwrap();
    let service = service_fn(|request: Request<()>| async move {
        let session = request.extensions().get::<Session>().unwrap();
        session.insert("n", &1).unwrap();
        Err::<Response<()>, _>("timed out")
    });
    let service = SessionLayer::new(manager).layer(service);
    assert_eq!(service.oneshot(Request::new(())).await.unwrap_err(), "timed out");
    assert_eq!(counts.total(), 0);
}
