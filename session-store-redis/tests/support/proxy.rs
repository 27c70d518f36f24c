//! A network between the store and its server that the test can make slow, or cut.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::server::Server;

/// What arrives so much later than it was sent. Nothing overtakes it.
#[derive(Clone, Copy)]
pub(crate) enum Late {
    /// All answers.
    Everything(Duration),
    /// What a server says of changes.
    Invalidations(Duration),
}

/// What happens to answers.
#[derive(Clone, Copy)]
struct Weather {
    late: Late,
    cuts: bool,
}

/// Passes bytes on between the store and a server.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    weather: Arc<Mutex<Weather>>,
    accepting: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Proxy {
    pub(crate) async fn before(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let weather = Arc::new(Mutex::new(Weather {
            late: Late::Everything(Duration::ZERO),
            cuts: false,
        }));
        Self {
            port: listener.local_addr().unwrap().port(),
            accepting: tokio::spawn(accept(listener, server.port, Arc::clone(&weather))),
            weather,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// What is sent from now on.
    pub(crate) fn delay(&self, late: Late) {
        self.weather.lock().unwrap().late = late;
    }

    /// From now on commands arrive, and their answers do not: the connection ends instead.
    pub(crate) fn cut_answers(&self, cuts: bool) {
        self.weather.lock().unwrap().cuts = cuts;
    }
}

async fn accept(listener: TcpListener, server: u16, weather: Arc<Mutex<Weather>>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else {
            continue;
        };
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        tokio::spawn(connect(client, server, Arc::clone(&weather)));
    }
}

async fn connect(client: TcpStream, server: TcpStream, weather: Arc<Mutex<Weather>>) {
    let (mut questions, client) = client.into_split();
    let (answers, mut server) = server.into_split();
    let (sender, pieces) = unbounded_channel();
    // The end of one direction is that of the other; what has come until then is passed on.
    tokio::select! {
        _ = copy(&mut questions, &mut server) => {}
        _ = async { tokio::join!(hold(answers, sender, &weather), pass_on(pieces, client)) } => {}
    }
}

/// A part of an answer, and when it is due.
type Piece = (Instant, Vec<u8>);

async fn hold(mut answers: OwnedReadHalf, pieces: UnboundedSender<Piece>, weather: &Mutex<Weather>) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = answers.read(&mut buffer).await {
        let now = Instant::now();
        let Weather { late, cuts } = *weather.lock().unwrap();
        if cuts {
            return;
        }
        let (prompt, delay) = match late {
            Late::Everything(delay) => (0, delay),
            Late::Invalidations(delay) => (start_of_invalidation(&buffer[..length]), delay),
        };
        let (prompt, rest) = buffer[..length].split_at(prompt);
        for (due, piece) in [(now, prompt), (now + delay, rest)] {
            if pieces.send((due, piece.to_vec())).is_err() {
                return;
            }
        }
    }
}

async fn pass_on(mut pieces: UnboundedReceiver<Piece>, mut client: OwnedWriteHalf) {
    while let Some((due, piece)) = pieces.recv().await {
        sleep_until(due).await;
        if client.write_all(&piece).await.is_err() {
            return;
        }
    }
}

fn start_of_invalidation(bytes: &[u8]) -> usize {
    let message = b">2\r\n$10\r\ninvalidate";
    let start = bytes.windows(message.len()).position(|window| window == message);
    start.unwrap_or(bytes.len())
}
