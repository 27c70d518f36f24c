//! What the store does when servers misbehave: real ones, which these tests start, kill and freeze.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::allow_attributes,
    reason = "a test may panic, and shows the figures that it has seen"
)]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod broken_off;
mod cancelled;
mod failovers;
mod many_writers;
mod outages;
mod storms;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use session_core::Store;
use session_store_mongo::{MongoStore, MongoStoreBuilder};
use tokio::sync::{Semaphore, SemaphorePermit};

const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(1);
/// What a busy machine may add.
const SLACK: Duration = Duration::from_secs(1);
/// The longest that a call may take: there is one limit for all that it does.
const LONGEST_CALL: Duration = Duration::from_millis(1000 + 1000);
/// The time within which the last writer has to write again after the server is back: a call that has just begun when it is, the driver's
/// pause before it looks again, and what a busy machine may add.
const LONGEST_RECOVERY: Duration = Duration::from_secs(4);

/// A store with limits that tests can wait for.
fn builder(url: String) -> MongoStoreBuilder {
    MongoStore::builder(url)
        .collection(support::collection())
        .connections(32)
        .connect_timeout(CONNECT_TIMEOUT)
        .response_timeout(RESPONSE_TIMEOUT)
}

async fn connect(builder: MongoStoreBuilder) -> Arc<dyn Store> {
    Arc::new(builder.connect().await.unwrap())
}

async fn store(url: String) -> Arc<dyn Store> {
    connect(builder(url)).await
}

/// The tests that measure time, or have many servers, run one after the other.
async fn alone() -> SemaphorePermit<'static> {
    static TURN: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(1));
    TURN.acquire().await.unwrap()
}
