//! Handlers and middleware that fail: the session is committed as the status of the error's response says.

use std::fmt;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::middleware::{Next, from_fn};
use actix_web::test::init_service;
use actix_web::web::{self, Path};
use actix_web::{App, Error, FromRequest, HttpResponse, ResponseError};
use session_actix::{Session, SessionMiddleware};

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

pub(crate) async fn failing_handler(path: Path<(String, u16)>, session: Session) -> Result<HttpResponse, Error> {
    let (act, status) = path.into_inner();
    Err(fail(&act, status, &session).await)
}

/// The same as a middleware: its error never was a response.
pub(crate) async fn failing_middleware<B: MessageBody>(
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
    async fn passes_on<B: MessageBody>(
        session: Session,
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<B>, Error> {
        count(session).await?;
        next.call(request).await
    }
    let inner = web::resource("/")
        .to(HttpResponse::Ok)
        .wrap(from_fn(fails))
        .wrap(SessionMiddleware::new(manager_named("__Host-inner")));
    let app = App::new()
        .service(inner)
        .wrap(from_fn(passes_on))
        .wrap(SessionMiddleware::new(manager_named("__Host-outer")));
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
