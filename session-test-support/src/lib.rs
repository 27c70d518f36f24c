//! What the tests of stores share: servers that they may kill and freeze, writers that go on meanwhile and remember what they were told,
//! and other processes.
//!
//! Not published, and for tests alone: whatever goes wrong here fails the test.

#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

pub mod folder;
pub mod load;
pub mod other_process;
pub mod patience;
mod processes;
pub mod proxy;
pub mod service;
pub mod session;
pub mod storm;
pub mod taking_turns;
pub mod visitor;

/// What `scripts/services` says under `name`.
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        let crate_name = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
        panic!("{name} is not set, needs servers: `scripts/services run cargo test --all-features -p {crate_name}`")
    })
}

/// What `error` says, with all its causes.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
