//! SQLite's own faults and crowds: real files, full disks, read-only mounts, and processes that are killed.

#![cfg(feature = "sqlite")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::allow_attributes,
    reason = "a test may panic, and shows the figures that it has seen"
)]

#[path = "../support/mod.rs"]
mod support;

mod cancelled;
mod crowds;
mod damage;
mod full_disks;
mod locked;
mod processes;
mod refusals;
mod rights;
mod turns;

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use session_store_sql::{SqliteStore, SqliteStoreBuilder};
use tokio::sync::{Semaphore, SemaphorePermit};

/// The tests that measure time, or have many processes, run one after the other.
async fn alone() -> SemaphorePermit<'static> {
    static TURN: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(1));
    TURN.acquire().await.unwrap()
}

/// The store in a folder, with limits that a busy machine keeps, too.
fn builder(folder: &Path) -> SqliteStoreBuilder {
    let patient = Duration::from_secs(10);
    SqliteStore::builder(support::url(folder))
        .connect_timeout(patient)
        .response_timeout(patient)
}

async fn store(folder: &Path) -> SqliteStore {
    builder(folder).connect().await.unwrap()
}
