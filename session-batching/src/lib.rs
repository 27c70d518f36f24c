//! Natural batching for session stores: what waits while a statement is under way travels together as the next one.
//!
//! A store has a few **lanes**, each a way to the server that carries one statement at a time. A caller who finds a lane free takes it
//! alone, with the plain statement: nothing is waited for, and nothing is copied. Callers who find all lanes taken stand in line; the next
//! lane that comes free carries all of them at once. So there is no timer and no added delay, and the batches are as large as the load
//! makes them.
//!
//! [`Loads`] does this for a store that can [load several](LoadSeveral) sessions by one statement, [`Updates`] for one that can
//! [update several](UpdateSeveral).
//!
//! # What holds
//!
//! * Each caller gets the answer that the plain statement would have given, and an error of its own.
//! * Two updates of one session are never under way at once. They go in the order in which they came.
//! * What was refused for several is tried for each alone, so one member fails nobody else. What may have happened is never tried again.
//! * A caller who leaves or whose time is over while it stands in line leaves nothing behind.
//! * At most [`MOST_WAITING`] callers of each kind are in line with what they ask for. Those beyond wait for a place there.

mod batch;
mod copies;
mod lanes;
mod loads;
mod place;
mod several;
mod trouble;
mod updates;

pub use lanes::{MOST_BYTES, MOST_TOGETHER, MOST_WAITING};
pub use loads::Loads;
pub use several::{Failed, LoadSeveral, Seen, Update, UpdateSeveral};
pub use updates::Updates;

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
