//! What sessions add to a request that does not touch its own, against a middleware that does nothing, in each framework.

mod actix;
mod axum;
mod client;
mod rocket;

use std::net::SocketAddr;

use session_bench::{Case, Entrant, Options, Report, Runtimes, Threads, compare};
use session_core::{SessionManager, SigningKeys};
use session_store_memory::MemoryStore;

use client::Client;

/// Connections that stay open.
const CONNECTIONS: usize = 512;

/// What is between the framework and a handler that answers `ok`.
pub(crate) enum Middleware {
    Nothing,
    Empty,
    Sessions(SessionManager),
}

/// Has an application served in threads of its own, of which one does the work.
type Serve = fn(Middleware) -> SocketAddr;

const FRAMEWORKS: [(&str, Serve); 3] = [
    ("axum, untouched", axum::serve),
    ("actix-web, untouched", actix::serve),
    ("rocket, untouched", rocket::serve),
];

fn main() {
    let options = Options::read();
    let about = [
        ("connections", CONNECTIONS.to_string()),
        ("request", client::REQUEST.to_owned()),
    ];
    let mut report = Report::new("adapters", about);
    let runtimes = Runtimes::new(Threads::OneRuntime);
    for (name, serve) in FRAMEWORKS.into_iter().filter(|(name, _)| name.contains(&options.only)) {
        let contenders = [
            ("empty", Middleware::Empty),
            ("none", Middleware::Nothing),
            ("sessions", Middleware::Sessions(manager())),
        ];
        let entrants = contenders.map(|(name, middleware)| {
            let client = Client::connect(serve(middleware), CONNECTIONS);
            Entrant::new(name, runtimes.prepare(client))
        });
        for &concurrency in &options.concurrency {
            let case = Case {
                name,
                concurrency,
                items: CONNECTIONS,
                server: None,
                counts_allocations: false,
                is_timed: false,
                entrants: &entrants.each_ref(),
            };
            report.add(compare(&runtimes, &case, &options));
        }
    }
    report.finish(&options);
}

fn manager() -> SessionManager {
    let keys = SigningKeys::generate().unwrap();
    SessionManager::new(MemoryStore::new(), keys).unwrap()
}
