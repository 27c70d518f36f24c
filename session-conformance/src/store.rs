//! The store contract as cases, one for each promise.
//!
//! A case wants an empty store and panics if a promise is broken, with what was promised, expected and answered. It moves
//! time by hand and never sleeps.
//!
//! ```
//! use std::sync::Arc;
//!
//! use session_conformance::{ReferenceStore, store};
//!
//! # tokio::runtime::Builder::new_multi_thread().build()?.block_on(async {
//! store::update_of_a_deleted_session_is_gone(Arc::new(ReferenceStore::new())).await;
//! # });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![expect(clippy::panic, reason = "a test suite reports by panicking")]

mod case;
mod concurrent_ends;
mod concurrent_rotations;
mod concurrent_writes;
mod create;
mod cut_off;
mod delete;
mod given;
mod index;
mod load;
mod lost_replies;
mod mark;
mod promise;
mod random;
mod resend;
mod revoke;
mod rotate;
mod scan;
mod sequence;
mod step;
mod together;
mod touch;
mod update;
mod upkeep;

pub use case::{cases, run};
pub use concurrent_ends::*;
pub use concurrent_rotations::*;
pub use concurrent_writes::*;
pub use create::*;
pub use cut_off::*;
pub use delete::*;
pub use index::*;
pub use load::*;
pub use lost_replies::*;
pub use mark::*;
pub use random::*;
pub use resend::*;
pub use revoke::*;
pub use rotate::*;
pub use scan::*;
#[doc(hidden)]
pub use touch::*;
pub use update::*;
pub use upkeep::*;
