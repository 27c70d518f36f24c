//! What callers are answered when their requests travel together.

#![allow(
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod alone;
mod exactness;
mod failures;
mod leaving;
mod limits;
mod model;
mod slow;
mod together;

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use session_batching::{Loads, Update, Updates};
use session_core::{Loaded, Moment, Record, Revision, StoreError, StoreKey, Updated};
use tokio::task::yield_now;

use model::Model;

const LIMIT: Duration = Duration::from_secs(2);
const NOW: Moment = Moment::from_millis(1_000_000);
const END: Moment = Moment::from_millis(2_000_000);

/// A store as an engine's.
#[derive(Clone)]
struct Batching {
    loads: Loads<Model>,
    updates: Updates<Model>,
}

impl Batching {
    fn new(model: &Arc<Model>, lanes: RangeInclusive<usize>) -> Self {
        Self {
            loads: Loads::new(Arc::clone(model), lanes.clone(), LIMIT),
            updates: Updates::new(Arc::clone(model), lanes, LIMIT),
        }
    }

    async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        self.loads.load(key, now).await
    }

    async fn update(&self, update: Update) -> Result<Updated, StoreError> {
        self.updates.update(update).await
    }
}

/// A store with one lane of each kind, so that who comes second waits.
fn one_lane() -> (Arc<Model>, Batching) {
    lanes(1..=1)
}

fn lanes(lanes: RangeInclusive<usize>) -> (Arc<Model>, Batching) {
    let model = Arc::new(Model::default());
    let batching = Batching::new(&model, lanes);
    (model, batching)
}

fn key(number: u8) -> StoreKey {
    StoreKey::from_bytes([number; 32])
}

fn record(revision: u64) -> Record {
    Record {
        revision: Revision::from_u64(revision),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: END,
        owner: None,
        payload: revision.to_string().into_bytes().into(),
    }
}

/// From one revision to the next.
fn update(number: u8, expected: u64) -> Update {
    Update {
        key: key(number),
        record: record(expected + 1),
        expected: Revision::from_u64(expected),
        now: NOW,
    }
}

/// Lets all tasks go on until they wait for something.
async fn settle() {
    for _ in 0..100 {
        yield_now().await;
    }
}
