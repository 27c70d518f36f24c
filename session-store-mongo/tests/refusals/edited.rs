//! Servers whose answers are changed on the way.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::{TcpListener, TcpStream};

type Edit = dyn Fn(&mut [u8]) + Send + Sync;

/// The URL of a server whose answers all go through `edit`. It ends with the test.
pub(crate) async fn edited(url: &str, edit: impl Fn(&mut [u8]) + Send + Sync + 'static) -> String {
    let (user, place) = url.split_once('@').unwrap();
    let (server, rest) = place.split_once('/').unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (server, edit): (_, Arc<Edit>) = (server.to_owned(), Arc::new(edit));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(pass_on(client, server, Arc::clone(&edit)));
        }
    });
    format!("{user}@{address}/{rest}")
}

async fn pass_on(client: TcpStream, server: TcpStream, edit: Arc<Edit>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
    // Each message begins with its length.
    while let Ok(length) = from_server.read_i32_le().await {
        let mut message = vec![0; usize::try_from(length).unwrap()];
        message[..4].copy_from_slice(&length.to_le_bytes());
        if from_server.read_exact(&mut message[4..]).await.is_err() {
            return;
        }
        edit(&mut message);
        if to_client.write_all(&message).await.is_err() {
            return;
        }
    }
}

/// The bytes of a number or date, by its type in BSON and its name.
pub(crate) fn field<'a, const N: usize>(message: &'a mut [u8], kind: u8, name: &str) -> Option<&'a mut [u8; N]> {
    let begin = [&[kind][..], name.as_bytes(), &[0]].concat();
    let place = message.windows(begin.len()).position(|window| window == begin)?;
    message[place + begin.len()..].first_chunk_mut()
}
