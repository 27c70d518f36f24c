//! What the store does when servers misbehave: real ones, which these tests start, kill, freeze and fill.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::allow_attributes,
    reason = "a test may panic, and shows the figures that it has seen"
)]

#[path = "../support/mod.rs"]
mod support;

mod broken_off;
mod cluster_moves;
mod failovers;
mod foreign_values;
mod full_memory;
mod many_writers;
mod outages;
mod refusals;

use std::sync::LazyLock;
use std::time::Duration;

use session_store_redis::{RedisStore, RedisStoreBuilder};
use tokio::sync::{Semaphore, SemaphorePermit};

const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(1);
/// The longest that a call may take, and what a busy machine may add.
const LONGEST_CALL: Duration = Duration::from_millis(500 + 1000 + 1000);
/// The time within which the last writer has to write again after the server is back: the longest pause between two
/// attempts, an attempt, and what a busy machine may add.
const LONGEST_RECOVERY: Duration = Duration::from_secs(4);

/// A store with limits that tests can wait for.
fn builder(url: String) -> RedisStoreBuilder {
    RedisStore::builder(url)
        .prefix(support::prefix())
        .connections(2)
        .connect_timeout(CONNECT_TIMEOUT)
        .response_timeout(RESPONSE_TIMEOUT)
}

async fn store(url: String) -> RedisStore {
    support::connect(builder(url)).await
}

/// The tests that measure time, or have many servers, run one after the other.
async fn alone() -> SemaphorePermit<'static> {
    static TURN: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(1));
    TURN.acquire().await.unwrap()
}
