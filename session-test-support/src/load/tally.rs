//! What a writer was told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use session_core::{Loaded, Store, StoreError, StoreKey};
use tokio::time::{Instant, sleep};

use super::outcome::Outcome;
use crate::patience::PATIENCE;
use crate::session::NOW;

/// When the last call of a writer began that was answered well.
pub(super) type Latest = Arc<Mutex<Option<Instant>>>;

/// What all writers have in common.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) store: Arc<dyn Store>,
    pub(super) outcome: Outcome,
    successes: Vec<Instant>,
    pub(super) latest: Latest,
}

impl Tally {
    pub(super) fn new(store: &(impl Store + Clone + 'static)) -> Self {
        Self {
            store: Arc::new(store.clone()),
            outcome: Outcome::default(),
            successes: Vec::new(),
            latest: Latest::default(),
        }
    }

    pub(super) fn note<T>(&mut self, begin: Instant, answer: &Result<T, StoreError>) {
        let outcome = &mut self.outcome;
        outcome.attempted += 1;
        outcome.slowest = outcome.slowest.max(begin.elapsed());
        if answer.is_err() {
            outcome.errors.push(begin.elapsed());
        }
        match answer {
            Ok(_) => {
                self.successes.push(begin);
                *self.latest.lock().unwrap() = Some(begin);
            }
            Err(StoreError::Unavailable(_)) => outcome.refused += 1,
            Err(StoreError::ReplyLost(_)) => outcome.replies_lost += 1,
            Err(other) => outcome.unexpected.push(other.to_string()),
        }
    }

    /// What is there, when the store is there again.
    pub(super) async fn load(&self, key: &StoreKey) -> Loaded {
        let begun = Instant::now();
        loop {
            match self.store.load(key, NOW).await {
                Ok(loaded) => return loaded,
                Err(error) => assert!(begun.elapsed() < PATIENCE, "{error:?}"),
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    pub(super) fn into(self, all: &mut Outcome) {
        let one = self.outcome;
        all.attempted += one.attempted;
        all.acknowledged += one.acknowledged;
        all.refused += one.refused;
        all.replies_lost += one.replies_lost;
        all.lost += one.lost;
        all.back += one.back;
        all.done_though_refused += one.done_though_refused;
        all.unexpected.extend(one.unexpected);
        all.slowest = all.slowest.max(one.slowest);
        all.successes.push(self.successes);
        all.errors.extend(one.errors);
    }
}
