//! A writer whose sessions come and go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use session_core::{Created, Deleted, Loaded, Store, StoreError, StoreKey};
use tokio::time::{Instant, sleep};

use super::PAUSE;
use super::outcome::Outcome;
use super::tally::Tally;
use crate::session::{NOW, counting, new_key};

/// Creates sessions, and deletes them a little later.
#[derive(Debug)]
pub(super) struct Turnover {
    pub(super) tally: Tally,
    living: Vec<StoreKey>,
    deleted: Vec<StoreKey>,
    refused: Vec<StoreKey>,
}

impl Turnover {
    pub(super) fn new(store: &(impl Store + Clone + 'static)) -> Self {
        Self {
            tally: Tally::new(store),
            living: Vec::new(),
            deleted: Vec::new(),
            refused: Vec::new(),
        }
    }

    pub(super) async fn work(mut self, ends: Arc<AtomicBool>) -> Self {
        while !ends.load(Ordering::SeqCst) {
            if self.living.len() < 5 {
                self.create().await;
            } else {
                self.delete().await;
            }
            sleep(PAUSE).await;
        }
        self
    }

    async fn create(&mut self) {
        let (key, begin) = (new_key(), Instant::now());
        let answer = self.tally.store.create(&key, &counting(0), None, NOW).await;
        self.tally.note(begin, &answer);
        match answer {
            Ok(Created::Created) => {
                self.tally.outcome.acknowledged += 1;
                self.living.push(key);
            }
            Ok(other) => self.tally.outcome.unexpected.push(format!("{other:?}")),
            Err(StoreError::Unavailable(_)) => self.refused.push(key),
            Err(_) => {}
        }
    }

    async fn delete(&mut self) {
        let (key, begin) = (self.living.remove(0), Instant::now());
        let answer = self.tally.store.delete(&key, NOW).await;
        self.tally.note(begin, &answer);
        match answer {
            Ok(Deleted::Deleted) => {
                self.tally.outcome.acknowledged += 1;
                self.deleted.push(key);
            }
            Ok(Deleted::Absent) => self.tally.outcome.lost += 1,
            // Nothing was done.
            Err(StoreError::Unavailable(_)) => self.living.push(key),
            Err(_) => {}
        }
    }

    pub(super) async fn judge(mut self, all: &mut Outcome) {
        for key in &self.living {
            let is_there = matches!(self.tally.load(key).await, Loaded::Found(_));
            self.tally.outcome.lost += u64::from(!is_there);
        }
        for key in &self.deleted {
            let is_there = self.tally.load(key).await != Loaded::Absent;
            self.tally.outcome.back += usize::from(is_there);
        }
        for key in &self.refused {
            let is_there = self.tally.load(key).await != Loaded::Absent;
            self.tally.outcome.done_though_refused += usize::from(is_there);
        }
        self.tally.into(all);
    }
}
