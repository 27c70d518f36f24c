//! One of those who make requests, each with sessions of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use session_core::{
    Clock as _, Created, Loaded, MARK_KEPT, Record, Revision, Rotated, Rotation, Store, StoreError, StoreKey,
    SystemClock, Touch, Touched, Updated,
};
use tokio::time::{sleep, sleep_until};

use super::clock::now;
use super::mix::{Act, Mix};
use super::population::{any_key, any_owner, any_record};

/// The longest latency that is told from longer ones.
const LONGEST: u64 = 600_000_000_000;
/// How long nothing is asked of a store that has failed.
const PAUSE: Duration = Duration::from_millis(10);

pub(super) struct Worker {
    pub(super) store: Arc<dyn Store>,
    pub(super) keys: Vec<StoreKey>,
    pub(super) random: fastrand::Rng,
    pub(super) value_bytes: usize,
}

/// What requests took.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) latencies: BTreeMap<Act, Histogram<u64>>,
    pub(super) errors: BTreeMap<String, u64>,
}

/// The store answered something else than is true of sessions that nobody else has.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("wrong answer: a session was not as it was left")]
    Wrong,
}

/// When requests are made.
#[derive(Clone, Copy)]
pub(super) enum Pace {
    /// Each when the one before is answered.
    AsTheyCome,
    /// One in so much time, beginning at a moment of its own.
    Every { interval: Duration, first: Duration },
}

impl Worker {
    /// Makes requests until `end`.
    pub(super) async fn work(mut self, mix: &Mix, pace: Pace, end: Instant) -> (Self, Taken) {
        let mut taken = Taken::default();
        let began = now();
        let mut number = 0;
        loop {
            let due = match pace {
                Pace::AsTheyCome => now(),
                Pace::Every { interval, first } => {
                    let due = began + first + interval * number;
                    sleep_until(due.into()).await;
                    due
                }
            };
            if due >= end {
                return (self, taken);
            }
            number += 1;
            let act = mix.choose(&mut self.random);
            match self.act(act).await {
                Ok(()) => taken.record(act, now().saturating_duration_since(due)),
                Err(fault) => {
                    *taken.errors.entry(words(&fault)).or_default() += 1;
                    sleep(PAUSE).await;
                }
            }
        }
    }

    async fn act(&mut self, act: Act) -> Result<(), Fault> {
        match act {
            Act::Read => self.load().await.map(drop),
            Act::Write => self.write().await,
            Act::New => self.begin().await,
            Act::Touch => self.touch().await,
            Act::SignIn => self.sign_in().await,
        }
    }

    async fn load(&mut self) -> Result<(usize, StoreKey, Record), Fault> {
        let place = self.random.usize(..self.keys.len());
        let key = self.keys[place];
        match self.store.load(&key, SystemClock.now()).await? {
            Loaded::Found(record) if record.payload.len() == self.value_bytes => Ok((place, key, record)),
            Loaded::Found(_) | Loaded::Moved(_) | Loaded::Absent => Err(Fault::Wrong),
        }
    }

    async fn write(&mut self) -> Result<(), Fault> {
        let (_, key, record) = self.load().await?;
        let now = SystemClock.now();
        let mut payload = record.payload.to_vec();
        if let Some(byte) = payload.first_mut() {
            *byte = byte.wrapping_add(1);
        }
        let next = Record {
            revision: Revision::from_u64(self.random.u64(..)),
            last_seen_at: now,
            payload: payload.into(),
            ..record.clone()
        };
        match self.store.update(&key, &next, record.revision, now).await? {
            Updated::Applied => Ok(()),
            Updated::Conflict(_) | Updated::Moved(_) | Updated::Gone => Err(Fault::Wrong),
        }
    }

    async fn begin(&mut self) -> Result<(), Fault> {
        let now = SystemClock.now();
        let (key, record) = (
            any_key(&mut self.random),
            any_record(&mut self.random, self.value_bytes, now),
        );
        match self.store.create(&key, &record, None, now).await? {
            Created::Created => {
                self.keys.push(key);
                Ok(())
            }
            Created::Taken | Created::CutOff => Err(Fault::Wrong),
        }
    }

    async fn touch(&mut self) -> Result<(), Fault> {
        let (_, key, record) = self.load().await?;
        let now = SystemClock.now();
        let touch = Touch {
            expected: record.revision,
            last_seen_at: now,
            expires_at: record.expires_at + Duration::from_secs(1),
        };
        match self.store.touch(&key, &touch, now).await? {
            Touched::Touched => Ok(()),
            Touched::Stale | Touched::Moved(_) | Touched::Gone => Err(Fault::Wrong),
        }
    }

    async fn sign_in(&mut self) -> Result<(), Fault> {
        let (place, old, record) = self.load().await?;
        let (now, new) = (SystemClock.now(), any_key(&mut self.random));
        let signed_in = Record {
            revision: Revision::from_u64(self.random.u64(..)),
            owner: any_owner(&mut self.random),
            ..record.clone()
        };
        let rotation = Rotation {
            old: &old,
            new: &new,
            record: &signed_in,
            expected: record.revision,
            mark_until: now + MARK_KEPT,
            signs_in: Some(now),
        };
        match self.store.rotate(&rotation, now).await? {
            Rotated::Applied => {
                self.keys[place] = new;
                Ok(())
            }
            Rotated::Conflict(_) | Rotated::Moved(_) | Rotated::Gone | Rotated::CutOff => Err(Fault::Wrong),
        }
    }
}

impl Taken {
    fn record(&mut self, act: Act, latency: Duration) {
        let latencies = self.latencies.entry(act).or_insert_with(histogram);
        latencies.saturating_record(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(super) fn add(&mut self, other: Self) {
        for (act, latencies) in other.latencies {
            let sum = self.latencies.entry(act).or_insert_with(histogram);
            *sum += &latencies;
        }
        for (words, times) in other.errors {
            *self.errors.entry(words).or_default() += times;
        }
    }
}

/// Three digits of nanoseconds.
pub(super) fn histogram() -> Histogram<u64> {
    let histogram = Histogram::new_with_bounds(1, LONGEST, 3);
    histogram.expect("the bounds are in order")
}

fn words(fault: &Fault) -> String {
    let mut text = fault.to_string();
    let mut source = std::error::Error::source(fault);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
