//! The app on Express, run by Node.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::Browser;

/// What `scripts/services` says under `name`.
pub(crate) fn variable(name: &str) -> String {
    let value = std::env::var(name);
    assert!(
        value.is_ok(),
        "{name} is not set, needs servers: `scripts/services run cargo test -p shop-axum`"
    );
    value.unwrap()
}

/// An app that runs until it is dropped.
pub(crate) struct Express {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Express {
    pub(crate) fn start(options: &Value) -> Self {
        let mut process = Command::new(variable("SESSION_KIT_NODE"))
            .arg(variable("SESSION_KIT_EXPRESS"))
            .env("OPTIONS", options.to_string())
            // It ends when nobody holds the other end any more.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut says = BufReader::new(process.stdout.take().unwrap());
        says.read_line(&mut line).unwrap();
        let port: u16 = line.trim().strip_prefix("listening on ").unwrap().parse().unwrap();
        Self {
            process,
            address: ([127, 0, 0, 1], port).into(),
        }
    }

    pub(crate) fn visitor(&self) -> Visitor {
        Visitor(Browser::new(self.address))
    }
}

impl Drop for Express {
    fn drop(&mut self) {
        // It fails where the app has stopped.
        drop(self.process.kill());
        self.process.wait().unwrap();
    }
}

/// Somebody with one browser, who goes to either shop.
#[derive(Clone)]
pub(crate) struct Visitor(pub(crate) Browser);

impl Visitor {
    /// To the app on Express.
    pub(crate) fn tell(&mut self, path: &str, body: &Value) -> u16 {
        self.0.post_body(path, "application/json", &body.to_string()).status
    }

    /// What Express sees in the session: its id, and all members.
    pub(crate) fn seen(&mut self) -> Value {
        self.ask("/session")
    }

    /// The session as the database has it, with all types.
    pub(crate) fn stored(&mut self) -> Value {
        let sid = self.seen()["sid"].as_str().unwrap().to_owned();
        self.ask(&format!("/stored/{sid}"))
    }

    pub(crate) fn ask(&mut self, path: &str) -> Value {
        let reply = self.0.get_json(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        serde_json::from_str(&reply.body).unwrap()
    }

    pub(crate) fn add_there(&mut self, item: &str) {
        assert_eq!(self.tell("/cart", &json!({ "item": item })), 200);
    }
}
