//! A network between the store and its server that the test can make slow, or cut.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// What happens to answers.
#[derive(Default)]
struct Weather {
    /// How long each piece of an answer takes, in milliseconds.
    delay: AtomicU64,
    /// The connection is cut when an answer comes, before it is passed on.
    cuts: AtomicBool,
}

/// Passes bytes on between the store and a server.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    weather: Arc<Weather>,
    accepting: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Proxy {
    pub(crate) async fn before(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let weather = Arc::<Weather>::default();
        Self {
            address: listener.local_addr().unwrap(),
            accepting: tokio::spawn(accept(listener, server, Arc::clone(&weather))),
            weather,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}/0", self.address)
    }

    pub(crate) fn delay_answers(&self, delay: Duration) {
        let millis = u64::try_from(delay.as_millis()).unwrap();
        self.weather.delay.store(millis, Ordering::SeqCst);
    }

    /// From now on commands arrive, and their answers do not.
    pub(crate) fn cut_answers(&self, cuts: bool) {
        self.weather.cuts.store(cuts, Ordering::SeqCst);
    }
}

async fn accept(listener: TcpListener, server: String, weather: Arc<Weather>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let Ok(server) = TcpStream::connect(&server).await else {
            continue;
        };
        let weather = Arc::clone(&weather);
        tokio::spawn(async move {
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            // The end of one direction is that of the other.
            tokio::select! {
                () = pass(from_client, to_server, None) => {}
                () = pass(from_server, to_client, Some(&weather)) => {}
            }
        });
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, weather: Option<&Weather>) {
    let mut buffer = vec![0; 65_536];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if let Some(weather) = weather {
            if weather.cuts.load(Ordering::SeqCst) {
                return;
            }
            sleep(Duration::from_millis(weather.delay.load(Ordering::SeqCst))).await;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
