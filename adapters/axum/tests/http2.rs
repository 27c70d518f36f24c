//! The adapter over HTTP/2, whose clients may send each cookie as a header of its own (RFC 9113 section 8.2.3).

#![expect(clippy::unwrap_used, reason = "these are tests")]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, Request, Version};
use axum::routing::get;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use session_axum::{Session, SessionError, SessionLayer};
use session_core::{SessionManager, SigningKeys};
use session_store_memory::MemoryStore;
use tokio::net::{TcpListener, TcpStream};

async fn count(session: Session) -> Result<String, SessionError> {
    let visits = session.update("visits", |visits: &mut u64| {
        *visits += 1;
        *visits
    });
    Ok(visits.await?.to_string())
}

/// A connection to an application that counts.
async fn connection() -> SendRequest<Body> {
    let manager = SessionManager::new(MemoryStore::new(), SigningKeys::generate().unwrap()).unwrap();
    let app = Router::new().route("/", get(count)).layer(SessionLayer::new(manager));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, app).into_future());
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (requests, connection) = handshake(TokioExecutor::new(), stream).await.unwrap();
    tokio::spawn(connection);
    requests
}

/// Each of the cookies is a header.
async fn ask(requests: &mut SendRequest<Body>, cookies: &[&str]) -> (HeaderMap, String) {
    let mut request = Request::get("http://localhost/");
    for cookie in cookies {
        request = request.header(COOKIE, *cookie);
    }
    let response = requests
        .send_request(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.version(), Version::HTTP_2);
    let (head, body) = response.into_parts();
    let body = to_bytes(Body::new(body), 64).await.unwrap();
    (head.headers, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn cookies_that_come_one_by_one_are_all_looked_at() {
    let mut requests = connection().await;
    let (head, body) = ask(&mut requests, &[]).await;
    assert_eq!(body, "1");
    let cookie = head[SET_COOKIE].to_str().unwrap().split(';').next().unwrap();
    let crumbs = ["theme=dark", "__Host-session=forged.forged", cookie, "language=en"];
    assert_eq!(ask(&mut requests, &crumbs).await.1, "2");
    assert_eq!(ask(&mut requests, &[cookie]).await.1, "3");
    assert_eq!(ask(&mut requests, &crumbs[..2]).await.1, "1");
}
