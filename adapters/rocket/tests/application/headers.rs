//! What stands in the head of a response, and what is known of a request.

use std::net::SocketAddr;

use rocket::config::{LogLevel, TlsConfig};
use rocket::http::{CookieJar, Header};
use rocket::{Build, Config, Responder, Rocket, get, routes};
use session_core::{CookieSettings, RequestInfo, TrustedProxies};
use session_rocket::{Session, SessionFairing};
use session_store_memory::MemoryStore;

use crate::{all, body, builder, count, failing_sessions, ok, sessions, silent, visit, visitor};

/// An order that is placed, with a cookie of Rocket's jar and one in a header.
#[derive(Responder)]
struct Placed(&'static str, Header<'static>, Header<'static>);

#[get("/order")]
fn order(session: Session, jar: &CookieJar<'_>) -> Placed {
    session.insert("order", &42).unwrap();
    jar.add(("theme", "dark"));
    let language = Header::new("Set-Cookie", "lang=de; Path=/");
    Placed("it is placed", language, Header::new("X-Order", "42"))
}

#[tokio::test]
async fn cookies_of_rockets_jar_and_of_headers_stay_in_front_of_the_sessions() {
    let client = visitor(silent().mount("/", routes![order]).attach(sessions())).await;
    let response = client.get("/order").dispatch().await;
    let names: Vec<_> = all(&response, "Set-Cookie")
        .into_iter()
        .map(|cookie| cookie.split_once('=').unwrap().0)
        .collect();
    assert_eq!(names, ["lang", "theme", "__Host-session"]);
    let later = client.get("/order").dispatch().await;
    assert_eq!(all(&later, "Set-Cookie").len(), 2, "and where the session sends none");
}

#[tokio::test]
async fn of_a_response_whose_session_is_not_stored_nothing_is_left() {
    let (sessions, outage) = failing_sessions();
    let client = visitor(silent().mount("/", routes![order, count]).attach(sessions)).await;
    assert_eq!(visit(&client, "/count").await, ok("1"));
    outage.everything();
    let response = client.get("/order").dispatch().await;
    assert_eq!(response.status().code, 503);
    for (name, values) in [
        ("Set-Cookie", &[][..]),
        ("X-Order", &[]),
        ("Content-Type", &[]),
        ("Retry-After", &["1"]),
        ("Cache-Control", &["no-store"]),
        ("Vary", &["Cookie"]),
    ] {
        assert_eq!(all(&response, name), values, "{name}");
    }
    assert_eq!(body(response).await, "");
}

fn behind(proxy: &str) -> SessionFairing {
    let proxies = TrustedProxies::new([proxy]).unwrap();
    let cookie = CookieSettings::new().name("session").secure_as_the_request(proxies);
    SessionFairing::new(builder(MemoryStore::new()).cookie(cookie).build().unwrap())
}

/// Whether the cookie of a request from this peer, which says this of itself, is Secure.
async fn is_secure(rocket: Rocket<Build>, peer: &str, says: Header<'static>) -> bool {
    let client = visitor(rocket.mount("/", routes![count])).await;
    let request = client.get("/count").remote(peer.parse::<SocketAddr>().unwrap());
    let request = request.header(says).header(Header::new("X-Forwarded-Proto", "https"));
    let response = request.dispatch().await;
    all(&response, "Set-Cookie")[0].ends_with("; Secure")
}

#[tokio::test]
async fn the_peer_is_who_is_connected_and_not_who_it_says_that_it_is() {
    let claims = |address| Header::new("X-Real-IP", address);
    let rocket = || silent().attach(behind("10.0.0.0/8"));
    assert!(is_secure(rocket(), "10.0.0.1:1", claims("192.0.2.1")).await);
    assert!(!is_secure(rocket(), "192.0.2.1:1", claims("10.0.0.1")).await);
}

#[tokio::test]
async fn a_rocket_that_speaks_tls_needs_no_proxy_to_say_so() {
    let tls = Config {
        log_level: LogLevel::Off,
        tls: Some(TlsConfig::from_bytes(&[], &[])),
        ..Config::default()
    };
    let rocket = rocket::custom(tls).attach(behind("10.0.0.0/8"));
    assert!(is_secure(rocket, "192.0.2.1:1", Header::new("X-Forwarded-Proto", "http")).await);
}

#[tokio::test]
async fn an_application_can_say_what_it_knows_of_a_request() {
    let by_header = || {
        let sessions = behind("10.0.0.0/8");
        silent().attach(
            sessions.request_info(|request| match request.headers().get_one("X-Entry") {
                Some("public") => RequestInfo::new().over_tls(),
                Some("proxy") => RequestInfo::new().peer([10, 0, 0, 1].into()),
                _ => RequestInfo::new(),
            }),
        )
    };
    let entry = |name| Header::new("X-Entry", name);
    assert!(is_secure(by_header(), "192.0.2.1:1", entry("public")).await);
    assert!(
        is_secure(by_header(), "192.0.2.1:1", entry("proxy")).await,
        "the header of the proxy counts as ever"
    );
    assert!(
        !is_secure(by_header(), "10.0.0.1:1", entry("other")).await,
        "in place of what Rocket knows"
    );
}
