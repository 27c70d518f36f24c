//! A server that seems to be further away.

use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::time::sleep;

/// Where the server of this URL can be asked with so much more time on the way there.
///
/// What is sent on one connection waits for what was sent before: that is right for drivers that ask once at a time.
pub fn further_away(url: &str, by: Duration) -> String {
    let (before, rest) = url.split_once('@').expect("a URL with a user");
    let end = rest.find('/').expect("a URL with a database");
    let (host, after) = rest.split_at(end);
    let address = serve(host.to_owned(), by);
    format!("{before}@{address}{after}")
}

/// From a thread of its own, for as long as the process lives.
fn serve(server: String, by: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(&server).await.unwrap();
                client.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(carry(from_client, to_server, by));
                tokio::spawn(carry(from_server, to_client, Duration::ZERO));
            }
        });
    });
    address
}

/// Until one of them hangs up.
async fn carry(mut from: tokio::net::tcp::OwnedReadHalf, mut to: tokio::net::tcp::OwnedWriteHalf, after: Duration) {
    let mut bytes = vec![0; 256 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        if !after.is_zero() {
            sleep(after).await;
        }
        if to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}
