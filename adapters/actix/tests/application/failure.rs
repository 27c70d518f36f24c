//! Handlers and middleware that fail: the session is committed as the status of the error's response says.

use std::cell::Cell;
use std::fmt;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::error::{ErrorInternalServerError, InternalError};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::middleware::{Next, from_fn};
use actix_web::test::init_service;
use actix_web::web::{self, Path};
use actix_web::{App, Error, FromRequest, HttpResponse, HttpResponseBuilder, ResponseError};
use futures_util::FutureExt;
use session_actix::{Session, SessionMiddleware};
use session_conformance::{FlakyStore, Operation, TestClock};
use session_core::{SessionManager, SigningKeys};
use session_store_memory::MemoryStore;

use crate::client::{answer_to, read, request};
use crate::{ask, count, manager_named, sessions};

/// An error as applications have them.
#[derive(Debug)]
struct Refused(StatusCode);

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("refused")
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        self.0
    }
}

/// One that says its status in its response alone, which actix-web allows.
#[derive(Debug)]
struct ToTheLogin;

impl fmt::Display for ToTheLogin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not signed in")
    }
}

impl ResponseError for ToTheLogin {
    fn error_response(&self) -> HttpResponse {
        HttpResponse::SeeOther().insert_header((LOCATION, "/login")).finish()
    }
}

/// Does what the path says, then fails with its status.
async fn fail(act: &str, status: u16, session: &Session) -> Error {
    match act {
        "count" => drop(count(session.clone()).await),
        "save" => {
            drop(count(session.clone()).await);
            session.save().await.unwrap();
            drop(count(session.clone()).await);
        }
        "destroy" => session.destroy(),
        _ => {}
    }
    Refused(StatusCode::from_u16(status).unwrap()).into()
}

async fn failing_handler(path: Path<(String, u16)>, session: Session) -> Result<HttpResponse, Error> {
    let (act, status) = path.into_inner();
    Err(fail(&act, status, &session).await)
}

/// The same as a middleware: its error never was a response.
async fn failing_middleware<B: MessageBody>(
    path: Path<(String, u16)>,
    session: Session,
    _request: ServiceRequest,
    _next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let (act, status) = path.into_inner();
    Err(fail(&act, status, &session).await)
}

#[tokio::test]
async fn an_error_of_a_handler_or_a_middleware_commits_as_its_status_says() {
    let app = App::new()
        .route("/", web::to(count))
        .route("/handler/{act}/{status}", web::to(failing_handler))
        .service(
            web::resource("/middleware/{act}/{status}")
                .to(HttpResponse::Ok)
                .wrap(from_fn(failing_middleware)),
        )
        .wrap(sessions());
    let app = init_service(app).await;
    for place in ["handler", "middleware"] {
        let kept = ask(&app, &format!("/{place}/count/422"), "").await;
        assert_eq!((kept.status.as_u16(), kept.body.as_str()), (422, "refused"), "{place}");
        assert_eq!(kept.all("cache-control"), ["no-store"], "{place}");
        assert_eq!(kept.all("vary"), ["Cookie"], "{place}");
        let cookie = kept.cookies();
        assert_eq!(ask(&app, "/", &cookie).await.body, "2", "{place}: a 4xx keeps changes");
        let dropped = ask(&app, &format!("/{place}/count/500"), &cookie).await;
        assert_eq!(
            (dropped.status.as_u16(), dropped.cookies().as_str()),
            (500, ""),
            "{place}"
        );
        assert_eq!(ask(&app, "/", &cookie).await.body, "3", "{place}: a 5xx drops them");
        let saved = ask(&app, &format!("/{place}/save/503"), "").await;
        assert_eq!(saved.status, 503, "{place}");
        let of_the_saved = saved.cookies();
        assert!(
            of_the_saved.starts_with("__Host-session="),
            "{place}: the cookie of what `save` stored is sent"
        );
        assert_eq!(
            ask(&app, "/", &of_the_saved).await.body,
            "2",
            "{place}: but for what was saved"
        );
        let ended = ask(&app, &format!("/{place}/destroy/500"), &cookie).await;
        assert_eq!(
            (ended.status.as_u16(), ended.cookies().as_str()),
            (500, "__Host-session="),
            "{place}"
        );
        assert_eq!(ask(&app, "/", &cookie).await.body, "1", "{place}: a destroy happens");
        let untouched = ask(&app, &format!("/{place}/nothing/422"), &cookie).await;
        assert!(untouched.all("vary").is_empty(), "{place}: untouched");
        assert_eq!((untouched.status.as_u16(), untouched.body.as_str()), (422, "refused"));
    }
}

#[tokio::test]
async fn the_status_of_an_error_is_that_of_its_response() {
    async fn redirect<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
        let session = Session::extract(request.request()).into_inner()?;
        match request.path() {
            "/response-alone" => {
                drop(count(session).await);
                Err(ToTheLogin.into())
            }
            "/only-once" => {
                drop(count(session).await);
                let response = HttpResponse::SeeOther().insert_header((LOCATION, "/login")).finish();
                Err(InternalError::from_response("not signed in", response).into())
            }
            _ => next.call(request).await,
        }
    }
    let app = App::new()
        .route("/", web::to(count))
        .wrap(from_fn(redirect))
        .wrap(sessions());
    let app = init_service(app).await;
    for path in ["/response-alone", "/only-once"] {
        let answer = ask(&app, path, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert_eq!(answer.all("location"), ["/login"], "{path}");
        assert_eq!(ask(&app, "/", &answer.cookies()).await.body, "2", "{path}");
    }
}

#[tokio::test]
async fn an_error_stays_the_one_that_it_was() {
    async fn fails<B: MessageBody>(
        session: Session,
        _request: ServiceRequest,
        _next: Next<B>,
    ) -> Result<ServiceResponse<B>, Error> {
        count(session).await?;
        let mut error = Error::from(Refused(StatusCode::FORBIDDEN));
        error.add_response_mapper(|response| {
            let mut response = response;
            response.headers_mut().insert(LOCATION, "/help".try_into().unwrap());
            response
        });
        Err(error)
    }
    let inner = web::resource("/")
        .to(HttpResponse::Ok)
        .wrap(from_fn(fails))
        .wrap(SessionMiddleware::new(manager_named("__Host-inner")));
    let app = App::new()
        .service(inner)
        .wrap(from_fn(fails_as_it_came))
        .wrap(SessionMiddleware::new(manager_named("__Host-outer")));
    async fn fails_as_it_came<B: MessageBody>(
        session: Session,
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<B>, Error> {
        count(session).await?;
        next.call(request).await
    }
    let app = init_service(app).await;
    let error = app.call(request("/", "")).await.err().unwrap();
    assert_eq!(
        error.as_error::<Refused>().map(|refused| refused.0),
        Some(StatusCode::FORBIDDEN)
    );
    for time in ["first", "second"] {
        let answer = read(answer_to(&error)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_str()),
            (403, "refused"),
            "{time}"
        );
        assert_eq!(answer.all("location"), ["/help"], "{time}");
        let cookies = answer.cookies();
        let names: Vec<_> = cookies
            .split("; ")
            .map(|cookie| cookie.split('=').next().unwrap())
            .collect();
        assert_eq!(names, ["__Host-inner", "__Host-outer"], "{time}");
        assert_eq!(answer.all("vary"), ["Cookie"], "{time}");
    }
}

#[tokio::test]
async fn where_the_commit_fails_an_error_is_replaced_as_any_response() {
    let store = FlakyStore::new(MemoryStore::new());
    let outage = store.plan();
    outage.nothing();
    let manager = SessionManager::builder(store, SigningKeys::generate().unwrap())
        .clock(TestClock::new())
        .build()
        .unwrap();
    let app = App::new()
        .route("/", web::to(count))
        .route("/handler/{act}/{status}", web::to(failing_handler))
        .service(
            web::resource("/middleware/{act}/{status}")
                .to(HttpResponse::Ok)
                .wrap(from_fn(failing_middleware)),
        )
        .wrap(SessionMiddleware::new(manager));
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

/// Turns a panic into a 500.
async fn catch_panic<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let caught = AssertUnwindSafe(next.call(request)).catch_unwind().await;
    caught.unwrap_or_else(|_| Err(ErrorInternalServerError("")))
}

#[tokio::test]
async fn a_panic_that_is_caught_inside_drops_changes_and_keeps_a_destroy() {
    async fn panics(session: Session) -> HttpResponseBuilder {
        session.insert("visits", &100).unwrap();
        panic!("as the test wants it")
    }
    async fn destroys(session: Session) -> HttpResponseBuilder {
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
    let app = App::new()
        .route("/", web::to(page))
        .route("/count", web::to(count))
        .wrap(SessionMiddleware::new(manager));
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
