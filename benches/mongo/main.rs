//! `MongoStore` against the driver that it is made of: the same commands, over as many connections, with the same answers.

mod bare;
mod server;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use session_bench::{
    Case, Entrant, Newcomers, Options, Report, Runtimes, Sessions, StoreCreate, StoreLoad, StoreUpdate, Threads,
    compare,
};
use session_core::Store;
use session_store_mongo::MongoStore;

use bare::{Bare, BareCreate, BareLoad, BareUpdate};
use server::{Server, Topology};

/// As many as the store opens by default.
const CONNECTIONS_BY_DEFAULT: usize = 32;
/// The machine may be busy, and a disk may be slow. The limit costs the same whatever it is.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

/// Measures, prints a table, and files it in `benches/results`.
#[derive(Parser)]
struct MongoOptions {
    #[command(flatten)]
    options: Options,
    /// What is asked; only the result of the first is filed
    #[arg(long, value_enum, default_value_t)]
    topology: Topology,
}

fn main() -> ExitCode {
    let MongoOptions { options, topology } = MongoOptions::parse();
    match Server::find(topology) {
        Ok(server) => {
            measure(&server, &options);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(server: &Server, options: &Options) {
    let connections = options.connections.unwrap_or(CONNECTIONS_BY_DEFAULT);
    let about = [
        ("server", server.version.clone()),
        ("topology", server.topology.to_string()),
        ("write concern", "majority".to_owned()),
        ("connections", connections.to_string()),
        ("payload bytes", Sessions::PAYLOAD_BYTES.to_string()),
    ];
    let mut report = Report::new("mongo", about);
    for threads in [Threads::OneRuntime, Threads::RuntimeEach] {
        let runtimes = Runtimes::new(threads);
        let contenders = runtimes.prepare(Contenders::connect(server.url.clone(), connections));
        for &concurrency in &options.concurrency {
            for (name, entrants) in contenders.cases() {
                if !name.contains(&options.only) {
                    continue;
                }
                let case = Case {
                    name,
                    concurrency,
                    items: Sessions::COUNT,
                    server: Some(server.pid),
                    counts_allocations: true,
                    is_timed: true,
                    entrants: &entrants,
                };
                report.add(compare(&runtimes, &case, options));
                let bare = Arc::clone(&contenders.bare);
                runtimes.prepare(async move { bare.remove_newcomers().await });
            }
        }
    }
    if server.topology == Topology::default() {
        report.finish(options);
    }
}

/// Who is compared, all of them in the same collection.
struct Contenders {
    bare: Arc<Bare>,
    load: Vec<Entrant>,
    update: Vec<Entrant>,
    create: Vec<Entrant>,
}

impl Contenders {
    async fn connect(url: String, connections: usize) -> Self {
        let connections = connections.try_into().unwrap();
        let bare = Arc::new(Bare::new(&url, connections).await);
        let store = MongoStore::builder(url).collection(bare::COLLECTION);
        let store = store.connections(connections).response_timeout(RESPONSE_TIMEOUT);
        let on_client = MongoStore::from_collection(&bare.collection).response_timeout(RESPONSE_TIMEOUT);
        let stores: [(&str, Arc<dyn Store>); 2] = [
            ("store", Arc::new(store.connect().await.unwrap())),
            ("store on client", Arc::new(on_client.connect().await.unwrap())),
        ];
        let sessions = Arc::new(Sessions::create(&*stores[0].1).await);
        let newcomers = Arc::new(Newcomers::default());
        let mut contenders = Self {
            load: vec![Entrant::new("bare", BareLoad::new(&bare, &sessions))],
            update: vec![Entrant::new("bare", BareUpdate::new(&bare, &sessions))],
            create: vec![Entrant::new("bare", BareCreate::new(&bare, &newcomers))],
            bare,
        };
        for (name, store) in stores {
            let load = StoreLoad::new(&store, &sessions);
            let update = StoreUpdate::new(&store, &sessions);
            let create = StoreCreate::new(&store, &newcomers);
            contenders.load.push(Entrant::new(name, load));
            contenders.update.push(Entrant::new(name, update));
            contenders.create.push(Entrant::new(name, create));
        }
        contenders
    }

    fn cases(&self) -> [(&'static str, Vec<&Entrant>); 3] {
        [
            ("load", self.load.iter().collect()),
            ("load then update", self.update.iter().collect()),
            ("create", self.create.iter().collect()),
        ]
    }
}
