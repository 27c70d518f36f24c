//! What only a connection has: WebSockets, and requests that Rocket can't read.

use std::net::SocketAddr;

use rocket::fairing::AdHoc;
use rocket::{Build, Request, Rocket, catch, catchers, get, routes};
use rocket_ws::{Stream, WebSocket};
use session_core::Error;
use session_rocket::Session;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::{count, failing_sessions, keys, sessions, silent};

/// Launches it on a port of its own, for as long as the test's runtime.
async fn launch(rocket: Rocket<Build>) -> SocketAddr {
    let (bound, address) = oneshot::channel();
    let rocket = rocket.attach(AdHoc::on_liftoff("Address", |rocket| {
        let config = rocket.config();
        bound.send(SocketAddr::new(config.address, config.port)).unwrap();
        Box::pin(async {})
    }));
    tokio::spawn(rocket.launch());
    address.await.unwrap()
}

/// Sends the head of a request and reads that of its response.
async fn begin(address: SocketAddr, request_line: &str, headers: &str) -> (TcpStream, String) {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!("{request_line} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    (socket, String::from_utf8(head).unwrap())
}

/// The response to a request, head and body.
async fn ask(address: SocketAddr, request_line: &str, cookie: &str) -> String {
    let headers = format!("Connection: close\r\nCookie: {cookie}\r\n");
    let (mut socket, mut response) = begin(address, request_line, &headers).await;
    socket.read_to_string(&mut response).await.unwrap();
    response
}

/// The cookie that a response sets, as the next request sends it.
fn cookie(response: &str) -> String {
    let lines = response.lines().filter_map(|line| line.split_once(": "));
    let set: Vec<_> = lines
        .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
        .map(|(_, cookie)| cookie.split(';').next().unwrap())
        .collect();
    assert_eq!(set.len(), 1, "{response}");
    set[0].to_owned()
}

const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// Says one word over a WebSocket and hears one: both are short, so each is a frame of two bytes and the text.
async fn talk(socket: &mut TcpStream, word: &str) -> String {
    let length = u8::try_from(word.len()).unwrap();
    // A mask of zeros leaves the text as it is.
    let frame = [&[0x81, 0x80 | length, 0, 0, 0, 0], word.as_bytes()].concat();
    socket.write_all(&frame).await.unwrap();
    assert_eq!(socket.read_u8().await.unwrap(), 0x81, "a text in one frame");
    let mut heard = vec![0; usize::from(socket.read_u8().await.unwrap())];
    socket.read_exact(&mut heard).await.unwrap();
    String::from_utf8(heard).unwrap()
}

#[get("/socket")]
fn socket(session: Session, socket: WebSocket) -> Stream!['static] {
    session.insert("opened", &true).unwrap();
    Stream! { socket =>
        for await message in socket {
            session.insert("said", &message?.into_text()?).unwrap();
            let saved = session.save().await;
            yield match saved {
                Ok(()) => "saved",
                Err(Error::Gone) => "gone",
                Err(_) => "failed",
            }.into();
        }
    }
}

#[get("/destroy")]
fn destroy(session: Session) {
    session.destroy();
}

#[tokio::test]
async fn a_websocket_saves_and_learns_that_its_session_has_ended() {
    let rocket = silent().mount("/", routes![socket, keys, destroy]);
    let address = launch(rocket.attach(sessions())).await;
    let (mut socket, head) = begin(address, "GET /socket", UPGRADE).await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let cookie = cookie(&head);
    let stored = ask(address, "GET /keys", &cookie).await;
    assert!(stored.ends_with("\r\n\r\nopened"), "before the first word: {stored}");
    assert_eq!(talk(&mut socket, "hello").await, "saved");
    let stored = ask(address, "GET /keys", &cookie).await;
    assert!(stored.ends_with("\r\n\r\nopened said"), "{stored}");
    ask(address, "GET /destroy", &cookie).await;
    assert_eq!(talk(&mut socket, "anybody?").await, "gone");
    let stored = ask(address, "GET /keys", &cookie).await;
    assert!(stored.ends_with("\r\n\r\n"), "nothing is back: {stored}");
}

#[tokio::test]
async fn a_websocket_whose_session_can_not_be_stored_is_not_opened() {
    let (sessions, outage) = failing_sessions();
    let address = launch(silent().mount("/", routes![socket]).attach(sessions)).await;
    outage.everything();
    let (_, head) = begin(address, "GET /socket", UPGRADE).await;
    assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
    assert!(!head.to_ascii_lowercase().contains("upgrade"), "{head}");
}

#[tokio::test]
async fn a_catcher_for_a_request_that_rocket_can_not_read_reads_its_session_and_stores_nothing() {
    #[catch(400)]
    async fn unreadable(request: &Request<'_>) -> String {
        let session = request.guard::<Session>().await.unwrap();
        session.insert("caught", &true).unwrap();
        format!("{:?} visits", session.get::<u64>("visits").await.unwrap())
    }
    let rocket = silent()
        .mount("/", routes![count, keys])
        .register("/", catchers![unreadable]);
    let address = launch(rocket.attach(sessions())).await;
    let cookie = cookie(&ask(address, "GET /count", "").await);
    let answer = ask(address, "BREW /count", &cookie).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.ends_with("\r\n\r\nSome(1) visits"), "{answer}");
    let stored = ask(address, "GET /keys", &cookie).await;
    assert!(stored.ends_with("\r\n\r\nvisits"), "{stored}");
}
