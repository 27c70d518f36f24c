//! Writers that go on while servers fail, and remember what they were told.

mod counter;
mod outcome;
mod tally;
mod turnover;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use session_core::Store;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::patience::wait_until;
use super::session::{counting, create};
use counter::Counter;
pub(crate) use outcome::Outcome;
use tally::Latest;
use turnover::Turnover;

/// Between two calls of a writer, so that the server has time for others.
const PAUSE: Duration = Duration::from_millis(3);
/// How long writers go on before a failure, and after it.
const WHILE: Duration = Duration::from_millis(500);

/// Writers that are at work.
pub(crate) struct Load {
    ends: Arc<AtomicBool>,
    counters: Vec<JoinHandle<Counter>>,
    turnovers: Vec<JoinHandle<Turnover>>,
    latest: Vec<Latest>,
}

impl Load {
    /// So many writers count, each in a session of its own; four more create and delete others.
    pub(crate) async fn start(store: &Arc<dyn Store>, writers: usize) -> Self {
        let mut load = Self {
            ends: Arc::default(),
            counters: Vec::new(),
            turnovers: Vec::new(),
            latest: Vec::new(),
        };
        for _ in 0..writers {
            let record = counting(0);
            let counter = Counter::new(store, create(store, &record).await, record);
            load.latest.push(Arc::clone(&counter.tally.latest));
            load.counters.push(tokio::spawn(counter.work(Arc::clone(&load.ends))));
        }
        for _ in 0..4 {
            let turnover = Turnover::new(store);
            load.latest.push(Arc::clone(&turnover.tally.latest));
            load.turnovers.push(tokio::spawn(turnover.work(Arc::clone(&load.ends))));
        }
        sleep(WHILE).await;
        load
    }

    /// Waits until all of them have written since `failure`, and goes on for a moment.
    pub(crate) async fn recover_since(&self, failure: Instant) {
        let has_written = |latest: &Latest| latest.lock().unwrap().is_some_and(|latest| latest >= failure);
        wait_until("all write again", async || self.latest.iter().all(has_written)).await;
        sleep(WHILE).await;
    }

    /// Ends the work, and looks at what is there.
    pub(crate) async fn end(self) -> Outcome {
        self.ends.store(true, Ordering::SeqCst);
        let mut outcome = Outcome::default();
        for counter in self.counters {
            counter.await.unwrap().judge(&mut outcome).await;
        }
        for turnover in self.turnovers {
            turnover.await.unwrap().judge(&mut outcome).await;
        }
        outcome
    }
}
