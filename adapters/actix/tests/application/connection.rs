//! What is known of a request's connection, for cookies that are Secure as the request is.

use std::net::SocketAddr;

use actix_service::map_config;
use actix_web::dev::AppConfig;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, HttpRequest, web};
use session_actix::SessionMiddleware;
use session_core::{CookieSettings, RequestInfo, SessionManager, SigningKeys, TrustedProxies};
use session_store_memory::MemoryStore;

use crate::client::send;
use crate::count;

const PROXY: &str = "10.0.0.1:7000";
const STRANGER: &str = "192.0.2.1:7000";

fn sessions() -> SessionMiddleware {
    let proxies = TrustedProxies::new(["10.0.0.0/8"]).unwrap();
    let manager = SessionManager::builder(MemoryStore::new(), SigningKeys::generate().unwrap())
        .cookie(CookieSettings::new().name("session").secure_as_the_request(proxies))
        .build()
        .unwrap();
    SessionMiddleware::new(manager)
}

/// Whether the cookie is Secure where the request comes from `peer` and says this much.
async fn is_secure(sessions: SessionMiddleware, is_tls: bool, peer: Option<&str>, proto: Option<&str>) -> bool {
    let address: SocketAddr = "127.0.0.1:443".parse().unwrap();
    let app = App::new().route("/", web::to(count)).wrap(sessions);
    let app = map_config(app, move |_| {
        AppConfig::__priv_test_new(is_tls, "localhost".to_owned(), address)
    });
    let app = init_service(app).await;
    let mut request = TestRequest::default();
    if let Some(peer) = peer {
        request = request.peer_addr(peer.parse().unwrap());
    }
    if let Some(proto) = proto {
        request = request.insert_header(("x-forwarded-proto", proto));
    }
    let answer = send(&app, request.to_request()).await;
    answer.all("set-cookie").concat().ends_with("; Secure")
}

#[tokio::test]
async fn the_peer_and_tls_are_known_without_being_told() {
    assert!(is_secure(sessions(), false, Some(PROXY), Some("https")).await);
    assert!(!is_secure(sessions(), false, Some(PROXY), None).await);
    assert!(!is_secure(sessions(), false, Some(STRANGER), Some("https")).await);
    assert!(!is_secure(sessions(), false, None, Some("https")).await);
    assert!(is_secure(sessions(), true, Some(STRANGER), None).await);
    assert!(is_secure(sessions(), true, None, Some("http")).await);
}

#[tokio::test]
async fn an_application_that_knows_better_says_so() {
    let behind_a_socket = sessions().request_info(|_| RequestInfo::new().peer([10, 0, 0, 1].into()));
    assert!(is_secure(behind_a_socket.clone(), false, None, Some("https")).await);
    assert!(!is_secure(behind_a_socket.clone(), false, None, Some("http")).await);
    assert!(
        !is_secure(behind_a_socket, true, None, None).await,
        "its word is the last"
    );
    let by_header = |request: &HttpRequest| match request.headers().get("x-tls") {
        Some(_) => RequestInfo::new().over_tls(),
        None => RequestInfo::new(),
    };
    assert!(!is_secure(sessions().request_info(by_header), false, Some(PROXY), Some("https")).await);
}
