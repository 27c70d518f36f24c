//! A client that keeps the session cookie as browsers do.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::Reply;

const FORM: &str = "application/x-www-form-urlencoded";

/// One visitor. Clones have the same cookie, like two tabs, until one of them gets another.
#[derive(Clone)]
pub(crate) struct Browser {
    /// The shop that it goes to.
    pub(crate) address: SocketAddr,
    /// `name=value`.
    pub(crate) cookie: Option<String>,
    /// Where its forms come from, in the browser's words.
    pub(crate) site: &'static str,
    /// What a proxy in between would say of how they came to it.
    pub(crate) forwarded_proto: Option<&'static str>,
}

impl Browser {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            cookie: None,
            site: "same-origin",
            forwarded_proto: None,
        }
    }

    pub(crate) fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, "text/html", "")
    }

    /// The JSON that `path` has for programs.
    pub(crate) fn json(&mut self, path: &str) -> serde_json::Value {
        let reply = self.get_json(path);
        assert_eq!(reply.status, 200, "{path}");
        reply.json()
    }

    pub(crate) fn get_json(&mut self, path: &str) -> Reply {
        self.send("GET", path, "application/json", "")
    }

    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send("POST", path, "text/html", &encoded(fields))
    }

    pub(crate) fn post_json(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send("POST", path, "application/json", &encoded(fields))
    }

    /// The cart's lines as `item` and `qty`.
    pub(crate) fn cart(&mut self) -> Vec<(String, u64)> {
        let cart = self.json("/cart");
        let lines = cart["items"].as_array().unwrap().iter();
        lines
            .map(|line| (line["item"].as_str().unwrap().to_owned(), line["qty"].as_u64().unwrap()))
            .collect()
    }

    /// The same, in the order of the alphabet.
    pub(crate) fn items(&mut self) -> Vec<String> {
        let mut items: Vec<_> = self.cart().into_iter().map(|(item, _)| item).collect();
        items.sort();
        items
    }

    /// Something that may be no form.
    pub(crate) fn post_body(&mut self, path: &str, content_type: &str, body: &str) -> Reply {
        let head = head_of_body(content_type, body);
        self.exchange("POST", path, "text/html", &format!("{head}\r\n{body}"))
    }

    pub(crate) fn send(&mut self, method: &str, path: &str, accept: &str, form: &str) -> Reply {
        let head = match method {
            "GET" | "HEAD" => String::new(),
            _ => head_of_body(FORM, form),
        };
        self.exchange(method, path, accept, &format!("{head}\r\n{form}"))
    }

    /// `rest` is what the others of the head's lines are, an empty one, and the body.
    fn exchange(&mut self, method: &str, path: &str, accept: &str, rest: &str) -> Reply {
        let Self { address, site, .. } = self;
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
        head += &format!("Accept: {accept}\r\nSec-Fetch-Site: {site}\r\n");
        if let Some(cookie) = &self.cookie {
            head += &format!("Cookie: theme=dark; {cookie}\r\n");
        }
        if let Some(proto) = self.forwarded_proto {
            head += &format!("X-Forwarded-Proto: {proto}\r\n");
        }
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(stream, "{head}{rest}").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let reply = Reply::parse(&text);
        for cookie in reply.all("set-cookie") {
            let (pair, attributes) = cookie.split_once(';').unwrap();
            let is_gone = attributes.contains("Max-Age=0") || attributes.contains("Expires=Thu, 01 Jan 1970");
            self.cookie = (!is_gone).then(|| pair.to_owned());
        }
        reply
    }
}

fn head_of_body(content_type: &str, body: &str) -> String {
    format!("Content-Type: {content_type}\r\nContent-Length: {}\r\n", body.len())
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", percent_encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
