//! A server that seems to be further away.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

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

/// From threads of their own, for as long as the process lives: they wait far more exactly than a runtime, whose timer counts whole
/// milliseconds.
fn serve(server: String, by: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.unwrap();
            let server = TcpStream::connect(&server).unwrap();
            client.set_nodelay(true).unwrap();
            server.set_nodelay(true).unwrap();
            let (from_client, to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || carry(from_client, to_server, by));
            thread::spawn(move || carry(server, client, Duration::ZERO));
        }
    });
    address
}

/// Until one of them hangs up, and then the other hears of it.
fn carry(mut from: TcpStream, mut to: TcpStream, after: Duration) {
    let mut bytes = vec![0; 256 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        thread::sleep(after);
        if to.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    // It may be gone already.
    drop(to.shutdown(Shutdown::Write));
}
