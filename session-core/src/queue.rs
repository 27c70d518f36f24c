//! Where the commits of one session wait for each other, inside this process.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::id::StoreKey;
use crate::payload::Snapshot;

/// After so many commits in a row a line leaves a gap: the next one is not told what was written, and needs a round trip to find
/// out. A line that is never empty would else always be ahead of another node, which knows of each commit only when it is too late.
const COMMITS_IN_A_ROW: u32 = 8;

/// Commits that met a conflict queue here, one line a session, and each hands the record that it wrote to the next. Those who come
/// while there is a line stand in it; where there is none, a commit only looks.
#[derive(Debug, Default)]
pub(crate) struct CommitQueue {
    lines: Mutex<HashMap<StoreKey, Line>>,
    /// How many there are, so that it costs next to nothing to see that there are none.
    count: AtomicUsize,
}

#[derive(Debug)]
struct Line {
    waiting: usize,
    turn: Arc<tokio::sync::Mutex<Left>>,
}

/// What those in line leave to the next one.
#[derive(Debug, Default)]
struct Left {
    /// What the last one wrote, if the next one is to know.
    latest: Option<Snapshot>,
    /// How many have committed since the last gap.
    in_a_row: u32,
}

/// A commit's turn: the others of its session wait until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    turn: OwnedMutexGuard<Left>,
    _place: Place<'a>,
}

/// A place in line, given up when it is dropped, also by a request that was cancelled while it waited.
#[derive(Debug)]
struct Place<'a> {
    queue: &'a CommitQueue,
    key: StoreKey,
}

impl CommitQueue {
    /// Waits for its turn.
    pub(crate) async fn join(&self, key: StoreKey) -> Turn<'_> {
        let turn = {
            let mut lines = self.lines();
            if !lines.contains_key(&key) {
                self.count.fetch_add(1, Ordering::Relaxed);
            }
            let line = lines.entry(key).or_insert_with(|| Line {
                waiting: 0,
                turn: Arc::default(),
            });
            line.waiting += 1;
            Arc::clone(&line.turn)
        };
        let place = Place { queue: self, key };
        Turn {
            turn: turn.lock_owned().await,
            _place: place,
        }
    }

    /// Whether commits of this session wait for each other.
    pub(crate) fn has_line(&self, key: &StoreKey) -> bool {
        self.count.load(Ordering::Relaxed) > 0 && self.lines().contains_key(key)
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<StoreKey, Line>> {
        // Nothing that can panic runs under the lock.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// What the commit before this one wrote, if there was one, and this is no gap.
    pub(crate) fn take_latest(&mut self) -> Option<Snapshot> {
        self.turn.latest.take()
    }

    /// Leaves what this commit wrote to the next one.
    pub(crate) fn leave(mut self, written: Snapshot) {
        let in_a_row = self.turn.in_a_row + 1;
        *self.turn = if in_a_row < COMMITS_IN_A_ROW {
            Left {
                latest: Some(written),
                in_a_row,
            }
        } else {
            Left::default()
        };
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Entry::Occupied(mut line) = self.queue.lines().entry(self.key) {
            line.get_mut().waiting -= 1;
            if line.get().waiting == 0 {
                line.remove();
                self.queue.count.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: StoreKey = StoreKey::from_bytes([1; 32]);

    #[tokio::test]
    async fn one_at_a_time_and_no_line_is_left_behind() {
        let queue = CommitQueue::default();
        let first = queue.join(KEY).await;
        {
            let second = queue.join(KEY);
            let mut second = std::pin::pin!(second);
            assert!(futures_poll(second.as_mut()).is_pending());
        }
        assert_eq!(queue.lines().len(), 1);
        assert!(queue.has_line(&KEY) && !queue.has_line(&StoreKey::from_bytes([2; 32])));
        drop(first);
        assert!(queue.lines().is_empty(), "a cancelled one gives up its place");
        assert!(!queue.has_line(&KEY));
    }

    fn futures_poll<F: Future>(future: std::pin::Pin<&mut F>) -> std::task::Poll<F::Output> {
        future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
    }
}
