//! A session whose handle lives on in a WebSocket, over a real connection.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "these are tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use actix_web::web::{self, Payload};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer};
use actix_ws::Message;
use session_actix::{Session, SessionError, SessionMiddleware};
use session_core::{SessionManager, SigningKeys};
use session_store_memory::MemoryStore;

/// How long the server may take for an answer before a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

async fn visits(session: Session) -> Result<String, SessionError> {
    let visits: Option<u64> = session.get("visits").await?;
    Ok(format!("{visits:?}"))
}

async fn destroy(session: Session) -> &'static str {
    session.destroy();
    "destroyed"
}

/// Counts itself as a visit, and each message as another.
async fn socket(session: Session, request: HttpRequest, payload: Payload) -> Result<HttpResponse, Error> {
    count(&session).await.map_err(SessionError)?;
    let (response, mut socket, mut messages) = actix_ws::handle(&request, payload)?;
    let session = session.into_inner();
    actix_web::rt::spawn(async move {
        while let Some(Ok(Message::Text(text))) = messages.recv().await {
            let session = session.clone();
            // On whatever thread: a handle is `Send`, unlike the socket.
            let saved = tokio::spawn(async move {
                match &*text {
                    "rotate" => session.regenerate(),
                    "destroy" => session.destroy(),
                    _ => count(&session).await?,
                }
                session.save().await
            });
            let answer = match saved.await.unwrap() {
                Ok(()) => "saved".to_owned(),
                Err(error) => format!("{error:?}"),
            };
            socket.text(answer).await.unwrap();
        }
    });
    Ok(response)
}

async fn count(session: &session_core::Session) -> Result<(), session_core::Error> {
    session.update("visits", |visits: &mut u64| *visits += 1).await
}

struct Server {
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start() -> Self {
        let manager = SessionManager::new(MemoryStore::new(), SigningKeys::generate().unwrap()).unwrap();
        let sessions = SessionMiddleware::new(manager);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (hand_over, handed) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            System::new().block_on(async move {
                let app = move || {
                    App::new()
                        .route("/visits", web::get().to(visits))
                        .route("/destroy", web::get().to(destroy))
                        .route("/socket", web::get().to(socket))
                        .wrap(sessions.clone())
                };
                let server = HttpServer::new(app).workers(2).disable_signals();
                let server = server.listen(listener).unwrap().run();
                hand_over.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self {
            address,
            handle: handed.recv().unwrap(),
            thread: Some(thread),
        }
    }

    /// What a page answers to this cookie.
    fn get(&self, path: &str, cookie: &str) -> String {
        let mut connection = Connection::open(self, path, &format!("Cookie: {cookie}\r\nConnection: close\r\n"));
        assert_eq!(connection.status, "HTTP/1.1 200 OK");
        let mut body = String::new();
        connection.stream.read_to_string(&mut body).unwrap();
        body
    }

    fn open_socket(&self, cookie: &str) -> Connection {
        let headers = format!(
            "Cookie: {cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        );
        let connection = Connection::open(self, "/socket", &headers);
        assert_eq!(connection.status, "HTTP/1.1 101 Switching Protocols");
        connection
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// A connection whose response head has come.
struct Connection {
    stream: BufReader<TcpStream>,
    status: String,
    cookie: Option<String>,
}

impl Connection {
    fn open(server: &Server, path: &str, headers: &str) -> Self {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").unwrap();
        let mut stream = BufReader::new(stream);
        let lines = stream.by_ref().lines().map(Result::unwrap);
        let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
        let cookie = head.iter().find_map(|line| line.strip_prefix("set-cookie: "));
        let cookie = cookie.map(|cookie| cookie.split(';').next().unwrap().to_owned());
        let status = head[0].clone();
        Self { stream, status, cookie }
    }

    /// What the socket answers to a message: one short frame each, the client's under a mask of zeros (RFC 6455, 5.2).
    fn says(&mut self, message: &str) -> String {
        let length = u8::try_from(message.len()).unwrap();
        let head = [0x81, 0x80 | length, 0, 0, 0, 0];
        let frame = [&head, message.as_bytes()].concat();
        self.stream.get_mut().write_all(&frame).unwrap();
        let mut head = [0; 2];
        self.stream.read_exact(&mut head).unwrap();
        assert!(head[0] == 0x81 && head[1] < 126, "a short text frame: {head:x?}");
        let mut answer = vec![0; usize::from(head[1])];
        self.stream.read_exact(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    }
}

#[test]
fn a_handle_in_a_web_socket_saves_and_learns_that_its_session_is_gone() {
    let server = Server::start();
    let mut socket = server.open_socket("");
    let cookie = socket.cookie.clone().unwrap();
    assert_eq!(
        server.get("/visits", &cookie),
        "Some(1)",
        "stored before the first message"
    );
    assert_eq!(socket.says("count"), "saved");
    assert_eq!(server.get("/visits", &cookie), "Some(2)");
    let mut other = server.open_socket(&cookie);
    assert_eq!(other.cookie, None, "the cookie is good");
    assert_eq!(
        (other.says("count"), socket.says("count")),
        ("saved".into(), "saved".into())
    );
    assert_eq!(server.get("/visits", &cookie), "Some(5)", "no update of either is lost");
    assert_eq!(server.get("/destroy", &cookie), "destroyed");
    for socket in [&mut socket, &mut other] {
        assert_eq!(socket.says("count"), "Gone");
        assert_eq!(socket.says("count"), "Gone", "and stays so");
    }
    assert_eq!(server.get("/visits", &cookie), "None", "nothing is back");
}

#[test]
fn a_web_socket_can_end_its_session_but_not_give_it_a_new_id() {
    let server = Server::start();
    let mut socket = server.open_socket("");
    let cookie = socket.cookie.clone().unwrap();
    assert_eq!(server.open_socket(&cookie).says("rotate"), "HeadSent");
    assert_eq!(server.get("/visits", &cookie), "Some(2)", "the session is as it was");
    assert_eq!(socket.says("destroy"), "saved");
    assert_eq!(server.get("/visits", &cookie), "None");
}
