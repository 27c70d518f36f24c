//! Asking a shop to stop, as an init system does.

#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "how long a process takes, only the clock tells"
)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{Reply, Shop};

/// Requests may take longer, by far; this is for those that need no time.
const AT_ONCE: Duration = Duration::from_secs(5);

#[test]
fn it_stops_when_asked_and_has_logged_what_happened_to_sessions() {
    let shop = Shop::open();
    let mut ann = shop.browser();
    ann.post("/cart/add", &[("item", "mug")]);
    let anonymous = ann.cookie.clone().unwrap();
    ann.post("/login", &[("email", "ann@example.com"), ("password", "demo")]);
    let signed_in = ann.cookie.clone().unwrap();
    ann.post("/destroy", &[]);
    let (code, log) = shop.stop();
    assert_eq!(code, Some(0), "{log}");
    for event in [
        "session created",
        "session rotated",
        "session destroyed",
        "stopping, requests",
    ] {
        assert!(log.contains(event), "{log}");
    }
    for secret in [anonymous, signed_in] {
        let (_, value) = secret.split_once('=').unwrap();
        let (id, signature) = value.split_once('.').unwrap();
        assert!(!log.contains(id) && !log.contains(signature), "{log}");
    }
    assert!(!log.contains("ann@example.com"), "{log}");
}

#[test]
fn connections_that_wait_for_nothing_do_not_delay_it() {
    let shop = Shop::open();
    // A browser's spare connection, on which no request ever comes.
    let spare = TcpStream::connect(shop.address).unwrap();
    let used = [(); 10].map(|()| {
        let mut used = TcpStream::connect(shop.address).unwrap();
        used.write_all(b"GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n").unwrap();
        read_until(&mut used, "ok\n");
        used
    });
    let asked = Instant::now();
    let (code, log) = shop.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(asked.elapsed() < AT_ONCE, "{log}");
    drop((spare, used));
}

#[test]
fn a_request_under_way_is_finished() {
    let mut shop = Shop::open();
    let mut visitor = TcpStream::connect(shop.address).unwrap();
    let head = "POST /cart/add HTTP/1.1\r\nHost: shop\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                Content-Length: 26\r\nExpect: 100-continue\r\n\r\n";
    visitor.write_all(head.as_bytes()).unwrap();
    read_until(&mut visitor, "HTTP/1.1 100 Continue\r\n\r\n");
    visitor.write_all(b"item=mug&colour=").unwrap();
    shop.ask_to_stop();
    shop.wait_until_it_says("stopping, requests under way are finished");
    visitor.write_all(b"light blue").unwrap();
    let mut text = String::new();
    visitor.read_to_string(&mut text).unwrap();
    let answered = Instant::now();
    let reply = Reply::parse(&text);
    assert_eq!((reply.redirects_to(), reply.sets_cookie()), (Some("/"), true), "{text}");
    let (code, log) = shop.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(answered.elapsed() < AT_ONCE, "{log}");
    assert!(log.contains("session created"), "{log}");
}

fn read_until(stream: &mut TcpStream, end: &str) {
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        text.extend(byte);
    }
}
