//! Requests down connections that stay open.

#![expect(
    clippy::disallowed_methods,
    reason = "a connection ages while others have their turns"
)]

use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::answer::Answer;

/// Servers close what was idle for five seconds, and a request may cross that.
const LONGEST_IDLE: Duration = Duration::from_secs(3);

/// As many connections to a server as requests are under way.
pub(crate) struct Client {
    address: SocketAddr,
    idle: Mutex<Vec<(TcpStream, Instant)>>,
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let idle = Mutex::new(Vec::new());
        Self { address, idle }
    }

    pub(crate) async fn ask(&self, request: &str) -> Answer {
        let mut connection = match self.open_connection() {
            Some(connection) => connection,
            None => self.connect().await,
        };
        connection.write_all(request.as_bytes()).await.unwrap();
        let answer = Answer::read(&mut connection).await;
        self.idle.lock().unwrap().push((connection, Instant::now()));
        answer
    }

    /// The one that was used last.
    fn open_connection(&self) -> Option<TcpStream> {
        let mut idle = self.idle.lock().unwrap();
        let (connection, since) = idle.pop()?;
        if since.elapsed() < LONGEST_IDLE {
            return Some(connection);
        }
        // All others are older.
        idle.clear();
        None
    }

    async fn connect(&self) -> TcpStream {
        let connection = TcpStream::connect(self.address).await.unwrap();
        connection.set_nodelay(true).unwrap();
        connection
    }
}
