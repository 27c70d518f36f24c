//! The in-process session store of `session-kit`.
//!
//! For one process, and for tests: [`MemoryStore`] keeps the whole contract of [`Store`](session_core::Store) without
//! a server. Sessions end with the process, and other processes do not see them.
//!
//! # How it behaves under load
//!
//! - Sessions are split over 256 shards, each behind a lock of its own. A read takes one of them, shared, for one lookup,
//!   and copies nothing: the payload is shared with the reader. Large values are dropped outside the locks.
//! - A compare-and-swap happens under one lock, a rotation under two. One owner's sign-ins, listings and sign-outs
//!   everywhere queue behind each other, and 63 of 64 other owners do not wait for them.
//! - A shard that grows enlarges its index while it is locked: with a million sessions that is four thousand entries.
//!   Sessions themselves stay where they are.
//!
//! # How it is cleaned up
//!
//! There is no task and no thread. Each operation that writes looks, while it has the lock, at up to four sessions of its
//! shard whose ends have come, and removes those that have ended, unread. Since sessions are spread evenly over the
//! shards, an application that keeps creating them holds
//!
//! - about one ended session for each shard, 256 in all, as long as no more end than begin;
//! - none of many that ended at once, after half as many writes.
//!
//! An application that only reads, or does nothing, keeps what has ended (nobody can read it) until somebody writes. Where
//! that memory matters, have it swept from time to time by [`ExpiredSessions`](session_core::ExpiredSessions):
//!
//! ```
//! use session_core::{ConfigError, ExpiredSessions};
//! use session_store_memory::MemoryStore;
//! use std::time::Duration;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), ConfigError> {
//! let store = MemoryStore::new();
//! tokio::spawn(ExpiredSessions::of(store.clone()).sweep_every(Duration::from_secs(60))?);
//! # Ok(())
//! # }
//! ```
//!
//! # How it is bounded
//!
//! By a number of sessions and by bytes, see [`MemoryStoreBuilder`]; what happens at the limit is [`WhenFull`]'s. Ended
//! sessions make room first: a full store looks for them at up to 32 places of each shard. Only after a long time without writes can
//! there be so many prolonged sessions to look at that it overlooks one that has ended.
//!
//! The marks that rotations leave take about 150 bytes each until they end. Cut-offs of
//! [`delete_sessions_of`](session_core::Store::delete_sessions_of) are kept for about 65,000 owners; beyond that the
//! oldest become cut-offs for all owners that share their place, so that a sign-in which was in flight for as long may have
//! to be tried again.

mod capacity;
mod cut_offs;
mod ends;
mod listing;
#[cfg(test)]
mod model;
mod owners;
mod pages;
#[cfg(test)]
mod races;
mod removed;
mod room;
mod rotation;
mod sessions;
mod settings;
mod shard;
mod slot;
mod slots;
mod store;

pub use settings::{MemoryStoreBuilder, WhenFull};
pub use store::MemoryStore;

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
