//! A visitor: HTTP/1.1 on a connection of its own for each request, and the cookie that the last response set.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long a server may take for an answer before a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub(crate) struct Visitor {
    address: SocketAddr,
    pub(crate) cookie: Option<String>,
}

impl Visitor {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, cookie: None }
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    pub(crate) fn post(&mut self, path: &str) -> Answer {
        self.send("POST", path, &[], "")
    }

    pub(crate) fn submit(&mut self, path: &str, form: &str) -> Answer {
        self.send("POST", path, &["Content-Type: application/x-www-form-urlencoded"], form)
    }

    pub(crate) fn send(&mut self, method: &str, path: &str, lines: &[&str], body: &str) -> Answer {
        let mut stream = self.connect();
        let length = format!("Content-Length: {}", body.len());
        let head = self.head(method, path, &[lines, &["Connection: close", &length]].concat());
        stream.write_all((head + body).as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        self.keep(Answer::parse(&response))
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    pub(crate) fn head(&self, method: &str, path: &str, lines: &[&str]) -> String {
        let cookie = self.cookie.as_ref().map(|cookie| format!("Cookie: {cookie}"));
        let lines = lines.iter().copied().chain(cookie.as_deref());
        let lines: String = lines.map(|line| format!("{line}\r\n")).collect();
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n")
    }

    /// Does with a cookie what browsers do.
    pub(crate) fn keep(&mut self, answer: Answer) -> Answer {
        if let Some(set) = answer.header("set-cookie") {
            let is_removed = set.contains("Max-Age=0");
            let pair = set.split(';').next().unwrap().to_owned();
            self.cookie = (!is_removed).then_some(pair);
        }
        answer
    }
}

/// A response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn parse(response: &str) -> Self {
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        });
        Self {
            status,
            headers: headers.collect(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(known, _)| known == name);
        named.next().map(|(_, value)| value.as_str())
    }
}
