//! One HTTP/1.1 request and its response over a socket of its own, to the byte.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::response::{Head, Response};
use crate::verdict::in_time;

/// A header of a request. Its value may be any bytes.
pub(super) type Header = (&'static str, Vec<u8>);

/// A connection to the server. Dropping it hangs up.
#[derive(Debug)]
pub(super) struct Connection(BufReader<TcpStream>);

/// A response whose head is here and whose body is on its way. Dropping it hangs up.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) head: Head,
    socket: BufReader<TcpStream>,
    body: Framing,
}

/// How the end of a body is told.
#[derive(Debug)]
enum Framing {
    Chunks,
    Bytes(usize),
    ToTheEnd,
    Over,
}

impl Connection {
    pub(super) async fn to(address: SocketAddr) -> io::Result<Self> {
        let socket = in_time("the listener is kept open", TcpStream::connect(address)).await?;
        Ok(Self(BufReader::new(socket)))
    }

    /// Sends a request and leaves its response to whoever reads it.
    pub(super) async fn send(&mut self, path: &str, headers: &[Header]) -> io::Result<()> {
        let mut request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n").into_bytes();
        for (name, value) in headers {
            request.extend_from_slice(name.as_bytes());
            request.extend_from_slice(b": ");
            request.extend_from_slice(value);
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        self.0.write_all(&request).await
    }

    /// The response to what was sent, up to its head.
    pub(super) async fn head(mut self) -> io::Result<Exchange> {
        let status_line = line(&mut self.0).await?;
        let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| malformed("status line", &status_line))?;
        let mut headers = Vec::new();
        loop {
            let text = line(&mut self.0).await?;
            if text.is_empty() {
                break;
            }
            let (name, value) = text.split_once(':').ok_or_else(|| malformed("header", &text))?;
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        let head = Head { status, headers };
        let body = Framing::of(&head);
        Ok(Exchange {
            head,
            socket: self.0,
            body,
        })
    }
}

impl Exchange {
    /// Sends a request on a connection of its own and waits for the response's head.
    ///
    /// # Errors
    ///
    /// When the server hangs up before that.
    pub(super) async fn begin(address: SocketAddr, path: &str, headers: &[Header]) -> io::Result<Self> {
        let mut connection = Connection::to(address).await?;
        let mut headers = headers.to_vec();
        headers.push(("connection", b"close".to_vec()));
        connection.send(path, &headers).await?;
        connection.head().await
    }

    /// The next piece of the body, as the server cut it; `None`: it is complete.
    pub(super) async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        match self.body {
            Framing::Over => Ok(None),
            Framing::Bytes(bytes) => {
                self.body = Framing::Over;
                self.exactly(bytes).await.map(Some)
            }
            Framing::ToTheEnd => {
                self.body = Framing::Over;
                let mut piece = Vec::new();
                self.socket.read_to_end(&mut piece).await?;
                Ok(Some(piece))
            }
            Framing::Chunks => {
                let size = line(&mut self.socket).await?;
                let bytes = usize::from_str_radix(&size, 16).map_err(|_| malformed("chunk size", &size))?;
                let piece = self.exactly(bytes).await?;
                line(&mut self.socket).await?;
                if bytes == 0 {
                    self.body = Framing::Over;
                    return Ok(None);
                }
                Ok(Some(piece))
            }
        }
    }

    /// The response with all of its body.
    pub(super) async fn finish(self) -> io::Result<Response> {
        self.finish_and_keep().await.map(|(response, _)| response)
    }

    /// The same, and the connection for another request.
    pub(super) async fn finish_and_keep(mut self) -> io::Result<(Response, Connection)> {
        let mut body = Vec::new();
        while let Some(piece) = in_time("a response comes to its end", self.next()).await? {
            body.extend(piece);
        }
        let body = String::from_utf8_lossy(&body).into_owned();
        let response = Response { head: self.head, body };
        Ok((response, Connection(self.socket)))
    }

    async fn exactly(&mut self, bytes: usize) -> io::Result<Vec<u8>> {
        let mut piece = vec![0; bytes];
        self.socket.read_exact(&mut piece).await?;
        Ok(piece)
    }
}

impl Framing {
    fn of(head: &Head) -> Self {
        if head.all("transfer-encoding").any(|coding| coding == "chunked") {
            return Self::Chunks;
        }
        let length = head.all("content-length").find_map(|length| length.parse().ok());
        length.map_or(Self::ToTheEnd, Self::Bytes)
    }
}

async fn line(socket: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = Vec::new();
    in_time("a response comes", socket.read_until(b'\n', &mut line)).await?;
    if line.pop() != Some(b'\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    line.pop_if(|byte| *byte == b'\r');
    Ok(String::from_utf8_lossy(&line).into_owned())
}

fn malformed(what: &str, text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{text:?} is no {what}"))
}
