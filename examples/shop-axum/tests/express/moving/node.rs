//! A server and connections to it, which are kept.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

/// Less than what Node waits for, after which it hangs up.
const KEPT: Duration = Duration::from_secs(2);

pub(super) struct Node {
    address: SocketAddr,
    client: Client<HttpConnector, Body>,
    requests: AtomicU64,
}

pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: String,
    headers: HeaderMap,
}

impl Node {
    pub(super) fn new(address: SocketAddr) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(KEPT)
            .pool_timer(TokioTimer::new())
            .build_http();
        Self {
            address,
            client,
            requests: AtomicU64::new(0),
        }
    }

    pub(super) async fn get(&self, path: &str, cookie: &str) -> Reply {
        self.send(self.request("GET", path, cookie).body(Body::empty()).unwrap())
            .await
    }

    /// What a page has for programs.
    pub(super) async fn get_json(&self, path: &str, cookie: &str) -> Reply {
        let request = self.request("GET", path, cookie).header(ACCEPT, "application/json");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(super) async fn post_form(&self, path: &str, form: &str, cookie: &str) -> Reply {
        let request = self.request("POST", path, cookie);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(form.to_owned().into()).unwrap()).await
    }

    pub(super) async fn post_json(&self, path: &str, json: &serde_json::Value, cookie: &str) -> Reply {
        let request = self.request("POST", path, cookie);
        let request = request.header(CONTENT_TYPE, "application/json");
        self.send(request.body(json.to_string().into()).unwrap()).await
    }

    /// How many sessions an app on Express sees.
    pub(super) async fn count(&self) -> usize {
        let reply = self.get("/count", "").await;
        let count: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
        count["sessions"].as_u64().unwrap().try_into().unwrap()
    }

    pub(super) async fn clear(&self) {
        assert_eq!(self.post_json("/clear", &serde_json::json!({}), "").await.status, 200);
    }

    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    fn request(&self, method: &str, path: &str, cookie: &str) -> axum::http::request::Builder {
        let uri = Uri::builder().scheme("http").authority(self.address.to_string());
        let request = Request::builder().method(method);
        let request = request.uri(uri.path_and_query(path).build().unwrap());
        if cookie.is_empty() {
            return request;
        }
        request.header(COOKIE, cookie)
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let (head, body) = self.client.request(request).await.unwrap().into_parts();
        let body = to_bytes(Body::new(body), usize::MAX).await.unwrap();
        Reply {
            status: head.status.as_u16(),
            body: String::from_utf8(body.into()).unwrap(),
            headers: head.headers,
        }
    }
}

impl Reply {
    /// The cookie that it sets, as `name=value`.
    pub(super) fn cookie(&self) -> Option<&str> {
        self.header(&SET_COOKIE)?.split(';').next()
    }

    pub(super) fn leads_to(&self) -> Option<&str> {
        self.header(&LOCATION)
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().unwrap())
    }
}
