//! A writer whose every write can be told from the others.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use session_core::{Loaded, Record, Store, StoreError, StoreKey, Updated};
use tokio::time::{Instant, sleep};

use super::PAUSE;
use super::outcome::Outcome;
use super::tally::Tally;
use crate::session::{NOW, count_of, counting};

/// Adds one to its session, again and again, by compare-and-swap. Nobody else does.
#[derive(Debug)]
pub(super) struct Counter {
    pub(super) tally: Tally,
    key: StoreKey,
    /// What was acknowledged last.
    known: Record,
    /// What was sent, and may be there.
    unknown: Option<Record>,
    refused: HashSet<u64>,
}

impl Counter {
    pub(super) fn new(store: &(impl Store + Clone + 'static), key: StoreKey, known: Record) -> Self {
        Self {
            tally: Tally::new(store),
            key,
            known,
            unknown: None,
            refused: HashSet::new(),
        }
    }

    pub(super) async fn work(mut self, ends: Arc<AtomicBool>) -> Self {
        while !ends.load(Ordering::SeqCst) {
            // What may have happened is sent again as it was.
            let is_resent = self.unknown.is_some();
            let next = self
                .unknown
                .take()
                .unwrap_or_else(|| counting(count_of(&self.known) + 1));
            let begin = Instant::now();
            let answer = self
                .tally
                .store
                .update(&self.key, &next, self.known.revision, NOW)
                .await;
            self.tally.note(begin, &answer);
            match answer {
                Ok(Updated::Applied) => {
                    self.tally.outcome.acknowledged += 1;
                    self.known = next;
                }
                Ok(Updated::Conflict(current)) if current == next => {
                    if !is_resent {
                        self.tally.outcome.unexpected.push("sent twice".to_owned());
                    }
                    self.known = next;
                }
                Ok(Updated::Conflict(current)) => self.believe(current),
                Ok(other) => {
                    self.tally.outcome.unexpected.push(format!("{other:?}"));
                    return self;
                }
                Err(StoreError::ReplyLost(_)) => self.unknown = Some(next),
                Err(_) if is_resent => self.unknown = Some(next),
                Err(_) => drop(self.refused.insert(next.revision.as_u64())),
            }
            sleep(PAUSE).await;
        }
        self
    }

    /// Something else is there than was acknowledged.
    fn believe(&mut self, current: Record) {
        let is_refused = self.refused.contains(&current.revision.as_u64());
        self.tally.outcome.done_though_refused += usize::from(is_refused);
        self.tally.outcome.lost += count_of(&self.known).saturating_sub(count_of(&current));
        self.known = current;
    }

    pub(super) async fn judge(mut self, all: &mut Outcome) {
        match self.tally.load(&self.key).await {
            Loaded::Found(stored) => {
                if self.unknown.as_ref() != Some(&stored) {
                    self.believe(stored);
                }
            }
            Loaded::Moved(_) | Loaded::Absent => self.tally.outcome.lost += count_of(&self.known).max(1),
        }
        self.tally.into(all);
    }
}
