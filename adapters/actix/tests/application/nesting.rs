//! Where the middleware is wrapped around what.

use std::sync::{Arc, Mutex};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::{Next, from_fn};
use actix_web::test::init_service;
use actix_web::{App, Error, web};
use session_actix::{Session, SessionError, SessionMiddleware};

use crate::{ask, count, manager, manager_named, sessions};

#[tokio::test]
async fn it_wraps_an_application_a_scope_or_a_resource() {
    let app = init_service(App::new().route("/", web::to(count)).wrap(sessions())).await;
    let scope = web::scope("").route("/", web::to(count)).wrap(sessions());
    let scope = init_service(App::new().service(scope)).await;
    let resource = web::resource("/").to(count).wrap(sessions());
    let resource = init_service(App::new().service(resource)).await;
    let first = ask(&app, "/", "").await;
    assert_eq!(first.body, "1");
    assert_eq!(ask(&app, "/", &first.cookies()).await.body, "2");
    let first = ask(&scope, "/", "").await;
    assert_eq!(ask(&scope, "/", &first.cookies()).await.body, "2");
    let first = ask(&resource, "/", "").await;
    assert_eq!(ask(&resource, "/", &first.cookies()).await.body, "2");
}

#[tokio::test]
async fn of_two_middlewares_the_handler_gets_the_inner_ones_session() {
    let admin = web::scope("/admin")
        .route("", web::to(count))
        .wrap(SessionMiddleware::new(manager_named("__Host-admin")));
    let app = App::new()
        .route("/shop", web::to(count))
        .service(admin)
        .wrap(SessionMiddleware::new(manager_named("__Host-shop")));
    let app = init_service(app).await;
    let answer = ask(&app, "/shop", "").await;
    let shop = answer.cookies();
    assert!(
        shop.starts_with("__Host-shop=") && answer.body == "1",
        "{shop} {}",
        answer.body
    );
    let answer = ask(&app, "/admin", &shop).await;
    let admin = answer.cookies();
    assert!(admin.starts_with("__Host-admin=") && !admin.contains("shop"), "{admin}");
    assert_eq!(answer.body, "1", "the two have nothing in common");
    let both = format!("{shop}; {admin}");
    assert_eq!(ask(&app, "/admin", &both).await.body, "2");
    assert_eq!(ask(&app, "/shop", &both).await.body, "2");
}

/// The outer one's session is never touched, so it costs nothing and says nothing.
#[tokio::test]
async fn the_middleware_twice_under_one_manager_is_as_once() {
    let manager = manager();
    let scope = web::scope("/twice")
        .route("", web::to(count))
        .wrap(SessionMiddleware::new(manager.clone()));
    let app = App::new()
        .route("/once", web::to(count))
        .service(scope)
        .wrap(SessionMiddleware::new(manager));
    let app = init_service(app).await;
    let first = ask(&app, "/twice", "").await;
    assert_eq!(first.body, "1");
    assert_eq!(first.all("set-cookie").len(), 1);
    let cookie = first.cookies();
    let second = ask(&app, "/twice", &cookie).await;
    assert_eq!((second.body.as_str(), second.cookies().as_str()), ("2", ""));
    assert_eq!(
        ask(&app, "/once", &cookie).await.body,
        "3",
        "both have the same session"
    );
}

#[tokio::test]
async fn what_is_written_between_the_two_survives_too() {
    async fn mark<B: MessageBody>(
        session: Session,
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<B>, Error> {
        session.insert("marked", &true).map_err(SessionError)?;
        next.call(request).await
    }
    async fn keys(session: Session) -> Result<String, SessionError> {
        let mut keys = session.keys().await?;
        keys.sort();
        Ok(keys.join(" "))
    }
    let manager = manager();
    let twice = web::resource("/twice")
        .to(count)
        .wrap(SessionMiddleware::new(manager.clone()))
        .wrap(from_fn(mark));
    let app = App::new()
        .route("/once", web::to(count))
        .route("/keys", web::to(keys))
        .service(twice)
        .wrap(SessionMiddleware::new(manager));
    let app = init_service(app).await;
    let cookie = ask(&app, "/once", "").await.cookies();
    assert_eq!(ask(&app, "/twice", &cookie).await.body, "2");
    assert_eq!(ask(&app, "/keys", &cookie).await.body, "marked visits");
}

#[tokio::test]
async fn a_handler_outside_the_middleware_is_a_500_and_one_that_asks_for_none_is_not() {
    let app = App::new()
        .service(web::resource("/inside").to(count).wrap(sessions()))
        .route("/outside", web::to(count))
        .route("/without", web::to(|| async { "no session" }))
        .route(
            "/optional",
            web::to(|session: Option<Session>| async move { session.is_some().to_string() }),
        );
    let app = init_service(app).await;
    assert_eq!(ask(&app, "/inside", "").await.status, StatusCode::OK);
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    let _subscriber = tracing::subscriber::set_default(subscriber);
    let outside = ask(&app, "/outside", "").await;
    assert_eq!(
        (outside.status, outside.body.as_str()),
        (StatusCode::INTERNAL_SERVER_ERROR, "")
    );
    assert_eq!(outside.cookies(), "");
    let logged = log.text();
    assert!(
        logged.contains("add `.wrap(SessionMiddleware::new(manager))`"),
        "{logged}"
    );
    assert_eq!(ask(&app, "/without", "").await.body, "no session");
    assert_eq!(ask(&app, "/optional", "").await.body, "false");
    assert_eq!(log.text(), logged, "nothing is missing where nobody insists");
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
