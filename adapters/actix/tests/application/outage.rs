//! A store that fails under an application.

use actix_web::middleware::from_fn;
use actix_web::test::init_service;
use actix_web::{App, HttpResponse, web};
use session_actix::{Session, SessionMiddleware};
use session_conformance::{FlakyStore, Operation, Plan, TestClock};
use session_core::{SessionManager, SigningKeys};
use session_store_memory::MemoryStore;

use crate::failure::{failing_handler, failing_middleware};
use crate::{ask, count};

/// Sessions, and what says which operations of their store fail: none so far.
fn over_a_flaky_store() -> (SessionMiddleware, Plan) {
    let store = FlakyStore::new(MemoryStore::new());
    let outage = store.plan();
    outage.nothing();
    let manager = SessionManager::builder(store, SigningKeys::generate().unwrap())
        .clock(TestClock::new())
        .build()
        .unwrap();
    (SessionMiddleware::new(manager), outage)
}

#[tokio::test]
async fn where_the_commit_fails_an_error_is_replaced_as_any_response() {
    let (sessions, outage) = over_a_flaky_store();
    let app = App::new()
        .route("/", web::to(count))
        .route("/handler/{act}/{status}", web::to(failing_handler))
        .service(
            web::resource("/middleware/{act}/{status}")
                .to(HttpResponse::Ok)
                .wrap(from_fn(failing_middleware)),
        )
        .wrap(sessions);
    let app = init_service(app).await;
    let cookie = ask(&app, "/", "").await.cookies();
    outage.when(|operation| operation == Operation::Update);
    for path in ["/handler/count/422", "/middleware/count/422"] {
        let answer = ask(&app, path, &cookie).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (503, ""), "{path}");
        assert_eq!(answer.all("retry-after"), ["1"], "{path}");
        assert_eq!(answer.all("cache-control"), ["no-store"], "{path}");
        assert_eq!(answer.cookies(), "", "{path}");
    }
    for path in ["/handler/save/422", "/middleware/save/422"] {
        let answer = ask(&app, path, "").await;
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.cookies().starts_with("__Host-session="), "{path}");
    }
    outage.nothing();
    assert_eq!(ask(&app, "/", &cookie).await.body, "2");
}

#[tokio::test]
async fn a_handler_that_answers_a_store_error_in_its_own_way_can() {
    async fn page(session: Session) -> String {
        match session.get::<u64>("visits").await {
            Ok(visits) => format!("visits: {visits:?}"),
            Err(error) => format!("try again in {:?}", error.retry_after()),
        }
    }
    let (sessions, outage) = over_a_flaky_store();
    let app = App::new()
        .route("/", web::to(page))
        .route("/count", web::to(count))
        .wrap(sessions);
    let app = init_service(app).await;
    let cookie = ask(&app, "/count", "").await.cookies();
    outage.everything();
    let answer = ask(&app, "/", &cookie).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_str()),
        (200, "try again in Some(1)")
    );
    assert_eq!(answer.cookies(), "", "the cookie is left alone");
    outage.nothing();
    assert_eq!(ask(&app, "/", &cookie).await.body, "visits: Some(1)");
}
