//! Applications on actix-web.

pub(crate) mod actix_session;
pub(crate) mod bare;
pub(crate) mod session_actix;

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, COOKIE, HOST, HeaderValue, SET_COOKIE, USER_AGENT};
use actix_web::test::TestRequest;
use futures_util::future::LocalBoxFuture;
use send_wrapper::SendWrapper;

use crate::visit::{Answer, App, cookie};

/// An application, and how the cookie of its sessions is called. It stays in its thread, where it is used too.
pub(crate) struct Site {
    application: SendWrapper<Box<dyn Fn(Request) -> LocalBoxFuture<'static, ServiceResponse>>>,
    cookie: &'static str,
}

impl Site {
    pub(crate) fn new<S, B>(application: S, cookie: &'static str) -> Self
    where
        S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
        S::Future: 'static,
        B: MessageBody + 'static,
    {
        let call = move |request| -> LocalBoxFuture<'static, ServiceResponse> {
            let calling = application.call(request);
            Box::pin(async { calling.await.unwrap().map_into_boxed_body() })
        };
        Self {
            application: SendWrapper::new(Box::new(call)),
            cookie,
        }
    }
}

impl App for Site {
    async fn answer(&self, path: &str, presented: Option<&str>) -> Answer {
        let calling = SendWrapper::new((self.application)(request(path, presented)));
        let response = calling.await;
        assert_eq!(response.status(), StatusCode::OK);
        let lines = response.headers().get_all(SET_COOKIE).map(HeaderValue::as_bytes);
        let cookie = cookie(lines, self.cookie);
        let text = response.into_body().try_into_bytes().unwrap();
        Answer {
            number: std::str::from_utf8(&text).unwrap().parse().unwrap(),
            cookie,
        }
    }
}

fn request(path: &str, cookie: Option<&str>) -> Request {
    let request = TestRequest::with_uri(path)
        .insert_header((HOST, HeaderValue::from_static("localhost")))
        .insert_header((USER_AGENT, HeaderValue::from_static("session-bench")))
        .insert_header((ACCEPT, HeaderValue::from_static("*/*")));
    match cookie {
        Some(cookie) => request.insert_header((COOKIE, cookie)).to_request(),
        None => request.to_request(),
    }
}
