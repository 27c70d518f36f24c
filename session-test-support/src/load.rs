//! Writers that go on while servers fail, and remember what they were told.

mod counter;
mod outcome;
mod stalls;
mod tally;
mod turnover;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use session_core::{Record, Store, StoreKey};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::patience::wait_until;
use crate::session::{counting, create};
use counter::Counter;
pub use outcome::Outcome;
use stalls::Stalls;
use tally::Latest;
use turnover::Turnover;

/// Between two calls of a writer, so that the servers have time for each other.
const PAUSE: Duration = Duration::from_millis(3);
/// How long writers go on before a failure, and after it.
const WHILE: Duration = Duration::from_millis(500);

/// Writers that are at work.
#[derive(Debug)]
pub struct Load {
    ends: Arc<AtomicBool>,
    counters: Vec<JoinHandle<Counter>>,
    turnovers: Vec<JoinHandle<Turnover>>,
    latest: Vec<Latest>,
    stalls: Stalls,
}

impl Load {
    /// So many writers count, each in a session that the store has and its replicas soon will; four more create and delete others.
    pub async fn start(store: &(impl Store + Clone + 'static), writers: usize) -> Self {
        let mut keys = Vec::with_capacity(writers);
        for _ in 0..writers {
            let record = counting(0);
            keys.push((create(store, &record).await, record));
        }
        let load = Self::of(store, keys);
        sleep(WHILE).await;
        load
    }

    /// Each of `keys` is the session of a writer; four more create and delete others.
    pub fn of(store: &(impl Store + Clone + 'static), keys: Vec<(StoreKey, Record)>) -> Self {
        let mut load = Self::counting(store, keys);
        for _ in 0..4 {
            let turnover = Turnover::new(store);
            load.latest.push(Arc::clone(&turnover.tally.latest));
            load.turnovers.push(tokio::spawn(turnover.work(Arc::clone(&load.ends))));
        }
        load
    }

    /// Each of `keys` is the session of a writer.
    pub fn counting(store: &(impl Store + Clone + 'static), keys: Vec<(StoreKey, Record)>) -> Self {
        let mut load = Self {
            ends: Arc::default(),
            counters: Vec::new(),
            turnovers: Vec::new(),
            latest: Vec::new(),
            stalls: Stalls::watch(),
        };
        for (key, record) in keys {
            let counter = Counter::new(store, key, record);
            load.latest.push(Arc::clone(&counter.tally.latest));
            load.counters.push(tokio::spawn(counter.work(Arc::clone(&load.ends))));
        }
        load
    }

    /// Waits until all of them have written since `failure`, and goes on for a moment.
    pub async fn recover_since(&self, failure: Instant) {
        let has_written = |latest: &Latest| latest.lock().unwrap().is_some_and(|latest| latest >= failure);
        wait_until("all write again", async || self.latest.iter().all(has_written)).await;
        sleep(WHILE).await;
    }

    /// Ends the work.
    pub async fn stop(self) -> Stopped {
        self.ends.store(true, Ordering::SeqCst);
        let mut stopped = Stopped {
            longest_stall: self.stalls.end(),
            ..Stopped::default()
        };
        for counter in self.counters {
            stopped.counters.push(counter.await.unwrap());
        }
        for turnover in self.turnovers {
            stopped.turnovers.push(turnover.await.unwrap());
        }
        stopped
    }

    /// Ends the work, and looks at what is there.
    pub async fn end(self) -> Outcome {
        self.stop().await.judge().await
    }
}

/// Writers that have ended.
#[derive(Debug, Default)]
pub struct Stopped {
    counters: Vec<Counter>,
    turnovers: Vec<Turnover>,
    longest_stall: Duration,
}

impl Stopped {
    /// Looks at what is there.
    pub async fn judge(self) -> Outcome {
        let mut outcome = Outcome {
            longest_stall: self.longest_stall,
            ..Outcome::default()
        };
        for counter in self.counters {
            counter.judge(&mut outcome).await;
        }
        for turnover in self.turnovers {
            turnover.judge(&mut outcome).await;
        }
        outcome
    }
}
