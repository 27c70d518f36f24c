//! What a server answers.

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// More than the page and its head have.
const CAPACITY: usize = 8 * 1024;

pub(crate) struct Answer {
    bytes: Vec<u8>,
    head: usize,
}

impl Answer {
    /// One of a length that is told beforehand, as pages have it that are made in one piece.
    pub(crate) async fn read(connection: &mut TcpStream) -> Self {
        let mut answer = Self {
            bytes: Vec::with_capacity(CAPACITY),
            head: 0,
        };
        while answer.head == 0 {
            answer.read_more(connection).await;
            let end = answer.bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n");
            answer.head = end.map_or(0, |end| end + 4);
        }
        let length = answer.header("content-length");
        let length: usize = length.expect("an answer has a length").parse().unwrap();
        while answer.bytes.len() < answer.head + length {
            answer.read_more(connection).await;
        }
        assert_eq!(answer.bytes.len(), answer.head + length, "more than was asked for");
        answer
    }

    async fn read_more(&mut self, connection: &mut TcpStream) {
        let read = connection.read_buf(&mut self.bytes).await.unwrap();
        assert!(read > 0, "the server hung up");
    }

    pub(crate) fn status(&self) -> &str {
        // HTTP/1.1 200
        str::from_utf8(&self.bytes[9..12]).unwrap()
    }

    /// The first of this name, which is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = str::from_utf8(&self.bytes[..self.head]).unwrap().lines().skip(1);
        lines.find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn body(&self) -> &str {
        str::from_utf8(&self.bytes[self.head..]).unwrap()
    }
}
