//! Stores and bare drivers, case by case; and a rival, where there is one.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use session_bench::{
    Case, Entrant, Newcomers, Options, Report, Runtimes, Sessions, StoreCreate, StoreLoad, StoreUpdate, Threads,
    compare, further_away,
};
use session_core::Store;

use crate::bare::{Bare, BareCreate, BareLoad, BareUpdate, Driver, Source};
use crate::rival::{AnyPool, AxumCreate, AxumLoad, AxumSession, AxumUpdate};

/// The table of sessions.
pub(crate) const TABLE: &str = "session_bench";

/// The machine may be busy, and a disk may be slow. Limits cost the same whatever they are.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A driver, and who is compared to it.
pub(crate) trait Engine: Driver {
    const SUBJECT: &'static str;

    /// As many as the store opens by default.
    fn connections() -> usize;

    /// Everybody, with so many connections each.
    fn field(url: String, connections: usize) -> impl Future<Output = Field<Self>> + Send + 'static;
}

/// Who is compared.
pub(crate) struct Field<D: Driver> {
    pub(crate) server: String,
    /// The first is the one to whom all others are compared.
    pub(crate) bare: Vec<(&'static str, Connections<D>)>,
    /// All of them on the same tables.
    pub(crate) stores: Vec<(&'static str, Arc<dyn Store>)>,
    /// The rival's store, on a pool as its users make it.
    pub(crate) axum_session: Option<AnyPool>,
}

/// Where a bare driver has its connections from.
pub(crate) struct Connections<D: Driver> {
    pub(crate) reads: Source<D>,
    pub(crate) writes: Source<D>,
}

impl<D: Driver> From<Source<D>> for Connections<D> {
    fn from(both: Source<D>) -> Self {
        Self {
            reads: both.clone(),
            writes: both,
        }
    }
}

/// Measures, if there is a database.
pub(crate) fn measure<E: Engine>(url: Result<String, String>) -> ExitCode {
    match url {
        Ok(url) => {
            measure_at::<E>(&url, &Options::read());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure_at<E: Engine>(url: &str, options: &Options) {
    let url = match options.distance {
        0 => url.to_owned(),
        milliseconds => further_away(url, Duration::from_millis(milliseconds)),
    };
    let connections = options.connections.unwrap_or_else(E::connections);
    let about = [
        ("connections", connections.to_string()),
        ("payload bytes", Sessions::PAYLOAD_BYTES.to_string()),
    ];
    let mut report = Report::new(E::SUBJECT, about);
    for threads in [Threads::OneRuntime, Threads::RuntimeEach] {
        let runtimes = Runtimes::new(threads);
        let field = runtimes.prepare(E::field(url.clone(), connections));
        report.about("server", &field.server);
        let store = Arc::clone(&field.stores[0].1);
        let sessions = runtimes.prepare({
            let store = Arc::clone(&store);
            async move { Arc::new(Sessions::create(&*store).await) }
        });
        let axum_session = field.axum_session.clone().map(|pool| {
            let rival = AxumSession::new(pool, Arc::clone(&sessions));
            Arc::new(runtimes.prepare(rival))
        });
        let cases = cases(field, axum_session.as_ref(), &sessions);
        for &concurrency in &options.concurrency {
            for (name, entrants) in cases.iter().filter(|(name, _)| name.contains(&options.only)) {
                let case = Case {
                    name,
                    concurrency,
                    items: Sessions::COUNT,
                    server: None,
                    counts_allocations: true,
                    is_timed: true,
                    entrants: &entrants.iter().collect::<Vec<_>>(),
                };
                report.add(compare(&runtimes, &case, options));
                let store = Arc::clone(&store);
                runtimes.prepare(async move { Newcomers::remove(&*store).await });
                if let Some(rival) = axum_session.clone() {
                    runtimes.prepare(async move { rival.remove_newcomers().await });
                }
            }
        }
    }
    report.finish(options);
}

/// The cases, and who takes part in each: the bare drivers, then the stores, then the rival.
fn cases<D: Driver>(
    field: Field<D>,
    rival: Option<&Arc<AxumSession>>,
    sessions: &Arc<Sessions>,
) -> [(&'static str, Vec<Entrant>); 3] {
    let mut cases = ["load", "load then update", "create"].map(|name| (name, Vec::new()));
    let [(_, load), (_, update), (_, create)] = &mut cases;
    let newcomers = Arc::new(Newcomers::default());
    for (name, Connections { reads, writes }) in field.bare {
        let bare = Arc::new(Bare::new(reads, writes, TABLE));
        load.push(Entrant::new(name, BareLoad::new(&bare, sessions)));
        update.push(Entrant::new(name, BareUpdate::new(&bare, sessions)));
        create.push(Entrant::new(name, BareCreate::new(&bare, &newcomers)));
    }
    for (name, store) in field.stores {
        load.push(Entrant::new(name, StoreLoad::new(&store, sessions)));
        update.push(Entrant::new(name, StoreUpdate::new(&store, sessions)));
        create.push(Entrant::new(name, StoreCreate::new(&store, &newcomers)));
    }
    if let Some(rival) = rival {
        load.push(Entrant::new("axum_session", AxumLoad(Arc::clone(rival))));
        update.push(Entrant::new("axum_session", AxumUpdate(Arc::clone(rival))));
        create.push(Entrant::new("axum_session", AxumCreate(Arc::clone(rival))));
    }
    cases
}
