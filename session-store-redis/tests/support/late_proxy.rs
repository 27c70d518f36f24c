//! A long way from a server: its answers, or what it says unasked, take their time.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

/// What arrives so much later than it was sent. Nothing overtakes it.
#[derive(Clone, Copy)]
pub(crate) enum Late {
    Everything(Duration),
    /// What a server says of changes.
    Invalidations(Duration),
}

pub(crate) struct Proxy {
    pub(crate) port: u16,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// To the server on this port of this machine.
    pub(crate) async fn to(server: u16, late: Late) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(serve(listener, server, late));
        Self { port, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }
}

async fn serve(listener: TcpListener, server: u16, late: Late) {
    while let Ok((client, _)) = listener.accept().await {
        let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        let (mut questions, client) = client.into_split();
        let (answers, mut server) = server.into_split();
        tokio::spawn(async move { copy(&mut questions, &mut server).await.is_ok() });
        tokio::spawn(carry(answers, client, late));
    }
}

async fn carry(mut answers: OwnedReadHalf, mut client: OwnedWriteHalf, late: Late) {
    let (sender, mut pieces) = unbounded_channel::<(Instant, Vec<u8>)>();
    tokio::spawn(async move {
        while let Some((due, piece)) = pieces.recv().await {
            sleep_until(due).await;
            if client.write_all(&piece).await.is_err() {
                return;
            }
        }
    });
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = answers.read(&mut buffer).await {
        let (prompt, delay) = match late {
            Late::Everything(delay) => (0, delay),
            Late::Invalidations(delay) => (start_of_invalidation(&buffer[..length]), delay),
        };
        let (prompt, rest) = buffer[..length].split_at(prompt);
        let now = Instant::now();
        for (due, piece) in [(now, prompt), (now + delay, rest)] {
            if sender.send((due, piece.to_vec())).is_err() {
                return;
            }
        }
    }
}

fn start_of_invalidation(bytes: &[u8]) -> usize {
    let message = b">2\r\n$10\r\ninvalidate";
    let start = bytes.windows(message.len()).position(|window| window == message);
    start.unwrap_or(bytes.len())
}
