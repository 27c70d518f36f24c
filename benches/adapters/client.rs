//! Requests down connections that stay open.

use std::net::SocketAddr;

use session_bench::Contender;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

/// With a cookie of the session's name, as most requests have. Nobody looks whether it is good.
pub(crate) const REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: theme=dark; __Host-session=\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n\r\n";

/// An item is a connection.
pub(crate) struct Client(Vec<Mutex<TcpStream>>);

impl Client {
    pub(crate) async fn connect(address: SocketAddr, connections: usize) -> Self {
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            let connection = TcpStream::connect(address).await.unwrap();
            connection.set_nodelay(true).unwrap();
            open.push(Mutex::new(connection));
        }
        Self(open)
    }
}

impl Contender for Client {
    async fn operate(&self, item: usize) {
        let mut connection = self.0[item].lock().await;
        connection.write_all(REQUEST.as_bytes()).await.unwrap();
        let (mut answer, mut filled) = ([0; 1024], 0);
        while !answer[..filled].ends_with(b"\r\n\r\nok") {
            let read = connection.read(&mut answer[filled..]).await.unwrap();
            assert!(read > 0, "the server hung up");
            filled += read;
        }
        assert!(answer.starts_with(b"HTTP/1.1 200 "));
    }
}
