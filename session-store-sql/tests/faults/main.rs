//! What the stores do when servers misbehave: real ones, which these tests start, kill and freeze.

#![allow(
    clippy::cognitive_complexity,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::allow_attributes,
    reason = "a test may panic, and shows the figures that it has seen"
)]

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

mod broken_off;
mod cancelled;
mod idle_connections;
mod locks;
mod many_starts;
mod many_writers;
mod outages;
mod read_only;
mod storms;

use std::sync::LazyLock;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use support::engine::{Engine, Settings};
pub(crate) use support::patience::again;
use support::server::Server;

const RESPONSE_TIMEOUT: Duration = Duration::from_secs(1);
/// What a busy machine may add.
const SLACK: Duration = Duration::from_secs(1);
/// The longest that a call may take: there is one limit for all that it does.
const LONGEST_CALL: Duration = Duration::from_millis(1000 + 1000);
/// The time within which the last writer has to write again after the server is back: a call that has just begun when it is, and
/// what a busy machine may add.
const LONGEST_RECOVERY: Duration = Duration::from_secs(3);

/// A store on a server of the test's own, with limits that tests can wait for.
fn settings<E: Engine>(server: &Server<E>) -> Settings {
    Settings {
        response_timeout: RESPONSE_TIMEOUT,
        ..server.settings()
    }
}

/// The tests that measure time run one after the other.
async fn alone() -> SemaphorePermit<'static> {
    static TURN: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(1));
    TURN.acquire().await.unwrap()
}
