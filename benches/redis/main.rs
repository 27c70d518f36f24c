//! `RedisStore` against the driver that it is made of: the same commands, over as many connections, with the same answers.
//! And against the stores of other libraries, whose sessions are as large and hold five values.

mod bare;
mod rivals;
mod server;

use std::process::ExitCode;
use std::sync::Arc;
use std::thread::available_parallelism;

use session_bench::{
    Case, Entrant, Options, Report, RivalLoad, RivalUpdate, Runtimes, Sessions, StoreLoad, StoreUpdate, Threads,
    compare,
};
use session_core::Store;
use session_store_redis::{NearCacheSettings, RedisStore};

use bare::{Bare, BareLoad, BareUpdate};
use rivals::{ActixLoad, ActixSession, ActixUpdate};
use server::Server;

/// As many as the store opens by default.
const MOST_CONNECTIONS_BY_DEFAULT: usize = 17;

fn main() -> ExitCode {
    match Server::start() {
        Ok(server) => {
            measure(&server, &Options::read());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(server: &Server, options: &Options) {
    let processors = available_parallelism().map_or(1, |processors| processors.get());
    let connections = options
        .connections
        .unwrap_or((processors + 1).min(MOST_CONNECTIONS_BY_DEFAULT));
    let about = [
        ("server", server.version.clone()),
        ("connections", connections.to_string()),
        ("payload bytes", Sessions::PAYLOAD_BYTES.to_string()),
    ];
    let mut report = Report::new("redis", about);
    for threads in [Threads::OneRuntime, Threads::RuntimeEach] {
        let runtimes = Runtimes::new(threads);
        let contenders = Contenders::new(&runtimes, server, connections);
        for &concurrency in &options.concurrency {
            for (name, entrants) in contenders.cases() {
                if name.contains(&options.only) {
                    let case = Case {
                        name,
                        concurrency,
                        items: Sessions::COUNT,
                        server: Some(server.pid()),
                        counts_allocations: false,
                        is_timed: true,
                        entrants: &entrants,
                    };
                    report.add(compare(&runtimes, &case, options));
                }
            }
        }
    }
    report.finish(options);
}

struct Contenders {
    load: Vec<Entrant>,
    update: Vec<Entrant>,
}

impl Contenders {
    fn new(runtimes: &Runtimes, server: &Server, connections: usize) -> Self {
        let url = server.url.clone();
        let (store, near, sessions) = runtimes.prepare(async move {
            let builder = || RedisStore::builder(&url).connections(connections);
            let store = builder().connect().await.unwrap();
            let near = builder().near_cache(NearCacheSettings::new()).connect().await.unwrap();
            let sessions = Sessions::create(&store).await;
            let (store, near): (Arc<dyn Store>, Arc<dyn Store>) = (Arc::new(store), Arc::new(near));
            (store, near, Arc::new(sessions))
        });
        let url = server.url.clone();
        let (tower, actix) = runtimes.prepare(async move {
            let tower = rivals::tower_sessions(&url, connections).await;
            (Arc::new(tower), Arc::new(ActixSession::new(&url).await))
        });
        let bare = Arc::new(Bare::new(&server.url, connections, &sessions));
        Self {
            load: vec![
                Entrant::new("bare", BareLoad::new(&bare, &sessions)),
                Entrant::new("store", StoreLoad::new(&store, &sessions)),
                Entrant::new("near-cache", StoreLoad::new(&near, &sessions)),
                Entrant::new("tower-sessions", RivalLoad::new(&tower)),
                Entrant::new("actix-session", ActixLoad(Arc::clone(&actix))),
            ],
            update: vec![
                Entrant::new("bare", BareUpdate::new(&bare, &sessions)),
                Entrant::new("store", StoreUpdate::new(&store, &sessions)),
                Entrant::new("tower-sessions", RivalUpdate::new(&tower)),
                Entrant::new("actix-session", ActixUpdate(actix)),
            ],
        }
    }

    fn cases(&self) -> [(&'static str, Vec<&Entrant>); 2] {
        [
            ("load", self.load.iter().collect()),
            ("load then update", self.update.iter().collect()),
        ]
    }
}
