//! The way from a shop to its store, which can be cut.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

pub(crate) struct Tunnel {
    /// What the shop takes for the store.
    pub(crate) address: SocketAddr,
    /// What goes through; `None` while it is cut.
    streams: Arc<Mutex<Option<Vec<TcpStream>>>>,
}

impl Tunnel {
    pub(crate) fn to(store: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let streams = Arc::new(Mutex::new(Some(Vec::new())));
        let open = Arc::clone(&streams);
        thread::spawn(move || {
            for shop in listener.incoming() {
                let shop = shop.unwrap();
                if let Some(streams) = &mut *open.lock().unwrap() {
                    let store = TcpStream::connect(store).unwrap();
                    carry(&shop, &store);
                    carry(&store, &shop);
                    streams.extend([shop, store]);
                }
            }
        });
        Self { address, streams }
    }

    pub(crate) fn cut(&self) {
        for stream in self.streams.lock().unwrap().take().unwrap() {
            // It fails where an end has hung up.
            drop(stream.shutdown(Shutdown::Both));
        }
    }

    pub(crate) fn mend(&self) {
        *self.streams.lock().unwrap() = Some(Vec::new());
    }
}

fn carry(from: &TcpStream, to: &TcpStream) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    thread::spawn(move || {
        drop(io::copy(&mut from, &mut to));
        drop(to.shutdown(Shutdown::Write));
    });
}
