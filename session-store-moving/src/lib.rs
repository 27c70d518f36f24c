//! Moves the sessions of `session-kit` from one store to another while they are in use.
//!
//! Nobody is signed out, no write is lost, and what was ended stays ended, on any pair of stores and however many nodes there are: a session is
//! in one of the two for everybody at any moment. Ids and cookies stay as they are.
//!
//! # In which order
//!
//! Each step is done when all nodes have it, so that nodes of two steps that follow each other can run side by side:
//!
//! 1. [`MovingStore::prepared`]: nodes find sessions in both stores, and begin them in the old one.
//! 2. [`MovingStore::new`]: sessions begin in the new store, and each old one moves when it is used.
//! 3. [`Migration`], once and anywhere, such as by the command `session-migrate`: moves the rest.
//! 4. The new store alone, after a minute more, or the manager's forwarding time where that is longer: so long an id that was replaced leads to its
//!    successor.
//!
//! Going back is the same with the stores exchanged. Where the application can stand still for as long as it takes, stop it, run the command, and start
//! it with the new store.
//!
//! ```
//! use session_core::{SessionManager, SigningKeys};
//! use session_store_moving::MovingStore;
//! # use session_conformance::ReferenceStore;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (redis, postgres) = (ReferenceStore::new(), ReferenceStore::new());
//! let store = MovingStore::new(redis, postgres);
//! let manager = SessionManager::new(store, SigningKeys::new(["a secret of at least thirty-two bytes"])?)?;
//! # Ok(())
//! # }
//! ```
//!
//! # What it costs, and what it can't do
//!
//! - While it lasts, an unknown id is looked for in both stores, and either of them being away is an error for whoever needs it.
//! - A session moves by two loads and four writes. In between others wait for nothing: whoever finds it half-way takes the next step.
//! - An activity that a node of the first step notes in the very moment in which the session leaves the old store may be forgotten, and the session
//!   ends as if it had not been; the next activity counts again.
//! - A list of an owner's sessions may show one under its key of before, if it moved or was rotated at that moment.

mod in_new;
mod migration;
mod progress;
mod store;
mod stores;
mod transit;

pub use migration::{Migration, MigrationError};
pub use progress::Progress;
pub use store::MovingStore;

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
