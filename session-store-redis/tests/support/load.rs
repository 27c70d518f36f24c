//! Writers that go on while servers fail, and remember what they were told.

use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use session_core::{Created, Deleted, Loaded, Record, Store as _, StoreError, StoreKey, Updated};
use session_store_redis::RedisStore;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::server::wait_until;
use super::session::{NOW, count_of, counting, create, new_key};

/// Between two calls of a writer, so that the servers have time for each other.
const PAUSE: Duration = Duration::from_millis(3);

/// Writers that are at work.
pub(crate) struct Load {
    ends: Arc<AtomicBool>,
    counters: Vec<JoinHandle<Counter>>,
    turnovers: Vec<JoinHandle<Turnover>>,
    latest: Vec<Latest>,
}

/// When the last call of a writer began that was answered well.
type Latest = Arc<Mutex<Option<Instant>>>;

/// What writers have seen, and what became of it.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) attempted: usize,
    pub(crate) acknowledged: usize,
    /// With `Unavailable`.
    pub(crate) refused: usize,
    pub(crate) replies_lost: usize,
    /// Writes that were acknowledged and are not there.
    pub(crate) lost: u64,
    /// Deletions that were acknowledged, of sessions that are there.
    pub(crate) back: usize,
    /// Writes that were refused and are there.
    pub(crate) done_though_refused: usize,
    /// Any other answer, or error.
    pub(crate) unexpected: Vec<String>,
    pub(crate) slowest: Duration,
    /// For each writer, when those calls began that were answered well.
    successes: Vec<Vec<Instant>>,
    /// How long calls took that failed.
    errors: Vec<Duration>,
}

impl Load {
    /// Each of `keys` is the session of a writer; four more create and delete others.
    pub(crate) fn of(store: &RedisStore, keys: Vec<(StoreKey, Record)>) -> Self {
        let mut load = Self::counting(store, keys);
        for _ in 0..4 {
            let turnover = Turnover::new(store);
            load.latest.push(Arc::clone(&turnover.tally.latest));
            load.turnovers.push(tokio::spawn(turnover.work(Arc::clone(&load.ends))));
        }
        load
    }

    /// Each of `keys` is the session of a writer.
    pub(crate) fn counting(store: &RedisStore, keys: Vec<(StoreKey, Record)>) -> Self {
        let mut load = Self {
            ends: Arc::default(),
            counters: Vec::new(),
            turnovers: Vec::new(),
            latest: Vec::new(),
        };
        for (key, record) in keys {
            let counter = Counter::new(store, key, record);
            load.latest.push(Arc::clone(&counter.tally.latest));
            load.counters.push(tokio::spawn(counter.work(Arc::clone(&load.ends))));
        }
        load
    }

    /// Waits until all of them have written since `failure`, and goes on for a moment.
    pub(crate) async fn recover_since(&self, failure: Instant) {
        let has_written = |latest: &Latest| latest.lock().unwrap().is_some_and(|latest| latest >= failure);
        wait_until("all write again", async || self.latest.iter().all(has_written)).await;
        sleep(Duration::from_millis(500)).await;
    }

    /// As many writers, each with a session that the store has and its replicas soon will.
    pub(crate) async fn start(store: &RedisStore, writers: usize) -> Self {
        let mut keys = Vec::with_capacity(writers);
        for _ in 0..writers {
            let record = counting(0);
            keys.push((create(store, &record).await, record));
        }
        let load = Self::of(store, keys);
        sleep(Duration::from_millis(500)).await;
        load
    }

    /// Ends the work.
    pub(crate) async fn stop(self) -> Stopped {
        self.ends.store(true, Ordering::SeqCst);
        let mut stopped = Stopped::default();
        for counter in self.counters {
            stopped.counters.push(counter.await.unwrap());
        }
        for turnover in self.turnovers {
            stopped.turnovers.push(turnover.await.unwrap());
        }
        stopped
    }

    /// Ends the work, and looks at what is there.
    pub(crate) async fn end(self) -> Outcome {
        self.stop().await.judge().await
    }
}

/// Writers that have ended.
#[derive(Default)]
pub(crate) struct Stopped {
    counters: Vec<Counter>,
    turnovers: Vec<Turnover>,
}

impl Stopped {
    /// Looks at what is there.
    pub(crate) async fn judge(self) -> Outcome {
        let mut outcome = Outcome::default();
        for counter in self.counters {
            counter.judge(&mut outcome).await;
        }
        for turnover in self.turnovers {
            turnover.judge(&mut outcome).await;
        }
        outcome
    }
}

impl Outcome {
    /// How long after `failure` the last of the writers wrote again.
    pub(crate) fn recovery_since(&self, failure: Instant) -> Duration {
        let firsts = self.successes.iter().map(|begins| {
            let first = begins.iter().find(|begin| **begin >= failure);
            first.map_or(Duration::MAX, |first| *first - failure)
        });
        firsts.max().unwrap()
    }

    pub(crate) fn median_error(&self) -> Duration {
        let mut errors = self.errors.clone();
        errors.sort_unstable();
        errors[errors.len() / 2]
    }

    /// Nothing is ever done for half, or done after all, and no answer is one that can't be.
    pub(crate) fn assert_honest(&self) {
        assert_eq!(self.done_though_refused, 0, "done though refused: {self}");
        assert!(self.unexpected.is_empty(), "{:?}", self.unexpected);
        assert!(self.acknowledged > 100, "nearly nothing was done: {self}");
    }

    pub(crate) fn assert_nothing_lost(&self) {
        assert_eq!((self.lost, self.back), (0, 0), "{self}");
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "attempted {}, acknowledged {}, refused {}, replies lost {}, acknowledged and lost {}, back from the dead {}, slowest {:?}",
            self.attempted, self.acknowledged, self.refused, self.replies_lost, self.lost, self.back, self.slowest
        )
    }
}

/// What all writers have in common.
struct Tally {
    store: RedisStore,
    outcome: Outcome,
    successes: Vec<Instant>,
    latest: Latest,
}

impl Tally {
    fn new(store: &RedisStore) -> Self {
        Self {
            store: store.clone(),
            outcome: Outcome::default(),
            successes: Vec::new(),
            latest: Latest::default(),
        }
    }

    fn note<T>(&mut self, begin: Instant, answer: &Result<T, StoreError>) {
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
    async fn load(&self, key: &StoreKey) -> Loaded {
        let begun = Instant::now();
        loop {
            match self.store.load(key, NOW).await {
                Ok(loaded) => return loaded,
                Err(error) => assert!(begun.elapsed() < Duration::from_secs(20), "{error:?}"),
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn into(self, all: &mut Outcome) {
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

/// Adds one to its session, again and again, by compare-and-swap. Nobody else does.
struct Counter {
    tally: Tally,
    key: StoreKey,
    /// What was acknowledged last.
    known: Record,
    /// What was sent, and may be there.
    unknown: Option<Record>,
    refused: HashSet<u64>,
}

impl Counter {
    fn new(store: &RedisStore, key: StoreKey, known: Record) -> Self {
        Self {
            tally: Tally::new(store),
            key,
            known,
            unknown: None,
            refused: HashSet::new(),
        }
    }

    async fn work(mut self, ends: Arc<AtomicBool>) -> Self {
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

    async fn judge(mut self, all: &mut Outcome) {
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

/// Creates sessions, and deletes them a little later.
struct Turnover {
    tally: Tally,
    living: Vec<StoreKey>,
    deleted: Vec<StoreKey>,
    refused: Vec<StoreKey>,
}

impl Turnover {
    fn new(store: &RedisStore) -> Self {
        Self {
            tally: Tally::new(store),
            living: Vec::new(),
            deleted: Vec::new(),
            refused: Vec::new(),
        }
    }

    async fn work(mut self, ends: Arc<AtomicBool>) -> Self {
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

    async fn judge(mut self, all: &mut Outcome) {
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
