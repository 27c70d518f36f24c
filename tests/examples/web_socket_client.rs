//! The little of RFC 6455 that a client needs for short texts.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::client::{Answer, Visitor};

pub(crate) struct WebSocket(TcpStream);

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Text(String),
    /// With this code.
    Close(u16),
}

impl WebSocket {
    pub(crate) fn open(visitor: &mut Visitor, path: &str) -> Self {
        let mut stream = visitor.connect();
        let lines = [
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ];
        stream.write_all(visitor.head("GET", path, &lines).as_bytes()).unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(byte(&mut stream));
        }
        let answer = visitor.keep(Answer::parse(&String::from_utf8(head).unwrap()));
        assert_eq!(answer.status, 101, "{answer:?}");
        Self(stream)
    }

    /// A client's frames have a mask, which may be all zeros.
    pub(crate) fn say(&mut self, text: &str) {
        let length = u8::try_from(text.len()).unwrap();
        assert!(length < 126, "a longer text has another head");
        let head = [0x81, 0x80 | length, 0, 0, 0, 0];
        self.0.write_all(&[&head, text.as_bytes()].concat()).unwrap();
    }

    pub(crate) fn hear(&mut self) -> Frame {
        let (kind, length) = (byte(&mut self.0), byte(&mut self.0));
        let mut content = vec![0; usize::from(length)];
        self.0.read_exact(&mut content).unwrap();
        match kind {
            0x81 => Frame::Text(String::from_utf8(content).unwrap()),
            0x88 => Frame::Close(u16::from_be_bytes([content[0], content[1]])),
            _ => panic!("a frame of kind {kind:#x}"),
        }
    }
}

fn byte(stream: &mut TcpStream) -> u8 {
    let mut byte = [0];
    stream.read_exact(&mut byte).unwrap();
    byte[0]
}
