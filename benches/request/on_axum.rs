//! Applications on axum.

pub(crate) mod axum_session;
pub(crate) mod bare;
pub(crate) mod floor;
pub(crate) mod session_axum;
pub(crate) mod tower_sessions;

use std::future::poll_fn;
use std::pin::Pin;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::header::{ACCEPT, COOKIE, HOST, SET_COOKIE, USER_AGENT};
use axum::http::{HeaderValue, StatusCode};
use tower::ServiceExt as _;

use crate::visit::{Answer, App, cookie};

/// A router, and how the cookie of its sessions is called.
pub(crate) struct Site {
    pub(crate) router: Router,
    pub(crate) cookie: &'static str,
}

impl App for Site {
    async fn answer(&self, path: &str, presented: Option<&str>) -> Answer {
        let response = self.router.clone().oneshot(request(path, presented)).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let (head, mut body) = response.into_parts();
        let frame = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
        let text = frame.unwrap().unwrap().into_data().unwrap();
        let lines = head.headers.get_all(SET_COOKIE).into_iter().map(HeaderValue::as_bytes);
        Answer {
            number: std::str::from_utf8(&text).unwrap().parse().unwrap(),
            cookie: cookie(lines, self.cookie),
        }
    }
}

fn request(path: &str, cookie: Option<&str>) -> Request {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = path.parse().unwrap();
    let headers = request.headers_mut();
    headers.insert(HOST, HeaderValue::from_static("localhost"));
    headers.insert(USER_AGENT, HeaderValue::from_static("session-bench"));
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    if let Some(cookie) = cookie {
        headers.insert(COOKIE, cookie.parse().unwrap());
    }
    request
}
