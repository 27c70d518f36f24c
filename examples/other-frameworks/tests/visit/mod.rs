//! A visitor that asks for one page.

use std::net::{SocketAddr, TcpListener};

use session_kit::store::MemoryStore;
use session_kit::{Session, SessionManager, SigningKeys};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Visit {
    pub(crate) status: u16,
    /// What the next request sends; empty if none was set.
    pub(crate) cookie: String,
    pub(crate) body: String,
}

pub(crate) async fn visit(address: SocketAddr, path: &str, cookie: &str) -> Visit {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.0\r\ncookie: {cookie}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let cookies = head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
    let cookies: Vec<_> = cookies.map(|cookie| cookie.split(';').next().unwrap()).collect();
    Visit {
        status,
        cookie: cookies.join("; "),
        body: body.to_owned(),
    }
}

pub(crate) fn manager() -> SessionManager {
    SessionManager::new(MemoryStore::new(), SigningKeys::generate().unwrap()).unwrap()
}

pub(crate) fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

pub(crate) async fn count(session: &Session) -> u64 {
    let count = session.update("visits", |visits: &mut u64| {
        *visits += 1;
        *visits
    });
    count.await.unwrap()
}

/// What any framework has to make true of `/count`, which counts visits and shows them, and of `/STATUS`, whose handler
/// counts a visit and then fails with that status.
pub(crate) async fn assert_that_an_error_counts_by_its_status(address: SocketAddr) {
    let first = visit(address, "/400", "").await;
    assert_eq!(first.status, 400);
    assert!(
        first.cookie.starts_with("__Host-session="),
        "the headers go out with an error"
    );
    let second = visit(address, "/500", &first.cookie).await;
    assert_eq!((second.status, second.cookie.as_str()), (500, ""));
    let third = visit(address, "/count", &first.cookie).await;
    assert_eq!(
        (third.status, third.body.as_str()),
        (200, "2"),
        "a 4xx keeps what was recorded, a 5xx drops it"
    );
}
