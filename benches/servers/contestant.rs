//! A server with its visitors.

use std::sync::Arc;

use session_bench::{Entrant, Runtimes};

use crate::process::Process;
use crate::visitors::{Add, View, Visitors};

pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) view: Entrant,
    pub(crate) add: Entrant,
    /// What is shown of the cart of the first.
    pub(crate) page: String,
    /// It goes on until here.
    _process: Process,
}

impl Contestant {
    pub(crate) fn with_sessions(name: &'static str, process: Process, runtimes: &Runtimes, count: usize) -> Self {
        let visitors = runtimes.prepare(Visitors::sign_in(process.address, count));
        Self::new(name, process, runtimes, &visitors)
    }

    pub(crate) fn without_sessions(name: &'static str, process: Process, runtimes: &Runtimes, count: usize) -> Self {
        let visitors = Visitors::anybody(process.address, count);
        Self::new(name, process, runtimes, &visitors)
    }

    fn new(name: &'static str, process: Process, runtimes: &Runtimes, visitors: &Arc<Visitors>) -> Self {
        let server = process.id();
        let first = Arc::clone(visitors);
        Self {
            name,
            view: Entrant::new(name, View(Arc::clone(visitors))).of_server(server),
            add: Entrant::new(name, Add(Arc::clone(visitors))).of_server(server),
            page: runtimes.prepare(async move { first.first_page().await }),
            _process: process,
        }
    }
}
