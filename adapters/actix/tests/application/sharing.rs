//! Who else has the session of a request.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::guard::fn_guard;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::test::init_service;
use actix_web::{App, Error, FromRequest, HttpMessage, HttpRequest, web};
use session_actix::{MissingMiddleware, Session, SessionError};

use crate::{ask, count, sessions};

const FIRST: HeaderName = HeaderName::from_static("x-first");

#[tokio::test]
async fn other_middleware_and_other_extractors_share_the_session() {
    async fn greet<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
        let session = request.extensions().get::<session_core::Session>().unwrap().clone();
        let is_first = session.is_new().await.map_err(SessionError)?;
        session.insert("greeted", &true).map_err(SessionError)?;
        let mut response = next.call(request).await?;
        let after = Session::extract(response.request()).into_inner()?;
        after.insert("left", &true).map_err(SessionError)?;
        let is_first = HeaderValue::try_from(is_first.to_string()).unwrap();
        response.headers_mut().insert(FIRST, is_first);
        Ok(response)
    }
    async fn page(session: Session, request: HttpRequest) -> Result<String, SessionError> {
        let same = Session::extract(&request).into_inner().unwrap();
        same.insert("seen", &1)?;
        let mut keys = session.into_inner().keys().await?;
        keys.sort();
        Ok(keys.join(" "))
    }
    let app = App::new()
        .route("/", web::to(page))
        .wrap(from_fn(greet))
        .wrap(sessions());
    let app = init_service(app).await;
    let first = ask(&app, "/", "").await;
    assert_eq!(
        (first.all("x-first"), first.body.as_str()),
        (vec!["true"], "greeted seen")
    );
    let second = ask(&app, "/", &first.cookies()).await;
    assert_eq!(
        (second.all("x-first"), second.body.as_str()),
        (vec!["false"], "greeted left seen")
    );
}

#[tokio::test]
async fn a_middleware_can_take_the_session_as_an_argument() {
    async fn count_first<B: MessageBody>(
        session: Session,
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<B>, Error> {
        count(session).await?;
        next.call(request).await
    }
    let app = App::new()
        .route("/", web::to(count))
        .wrap(from_fn(count_first))
        .wrap(sessions());
    let app = init_service(app).await;
    assert_eq!(ask(&app, "/", "").await.body, "2");
}

#[tokio::test]
async fn a_guard_inside_sees_the_session_and_one_outside_does_not() {
    let has_session = || fn_guard(|context| context.req_data().contains::<session_core::Session>());
    let route = || web::to(count).guard(has_session());
    let inside = App::new()
        .service(web::resource("/").route(route()))
        .service(web::scope("/scope").guard(has_session()).route("", web::to(count)))
        .wrap(sessions());
    let inside = init_service(inside).await;
    for path in ["/", "/scope"] {
        assert_eq!(ask(&inside, path, "").await.body, "1", "{path}");
    }
    let outside = web::scope("/scope")
        .guard(has_session())
        .route("", web::to(count))
        .wrap(sessions());
    let outside = init_service(App::new().service(outside)).await;
    assert_eq!(ask(&outside, "/scope", "").await.status, 404);
}

#[tokio::test]
async fn the_session_goes_to_other_threads_although_requests_do_not() {
    async fn page(request: HttpRequest) -> Result<String, Error> {
        let session = Session::extract(&request).into_inner()?.into_inner();
        let elsewhere = std::thread::spawn(move || session.insert("visits", &41));
        elsewhere.join().unwrap().map_err(SessionError)?;
        Ok(count(Session::extract(&request).into_inner()?).await?)
    }
    let app = init_service(App::new().route("/", web::to(page)).wrap(sessions())).await;
    assert_eq!(ask(&app, "/", "").await.body, "42");
}

#[tokio::test]
async fn without_the_middleware_a_request_has_no_session() {
    async fn page(request: HttpRequest) -> Result<String, MissingMiddleware> {
        Session::extract(&request)
            .into_inner()
            .map(|session| format!("{session:?}"))
    }
    let app = init_service(App::new().route("/", web::to(page))).await;
    let answer = ask(&app, "/", "").await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (500, ""));
}
