//! Natural batching for session stores: what waits while a statement is under way travels together as the next one.
//!
//! A store has a few **lanes**, each a way to the server that carries one statement at a time. A caller who finds a lane free takes it
//! alone, with the plain statement: nothing is waited for, and no payload is copied. Callers who find all lanes taken stand in line; the next
//! lane that comes free carries all of them at once. So there is no timer and no added delay, and the batches are as large as the load
//! makes them.
//!
//! [`Loads`] does this for a store that can [load several](LoadSeveral) sessions by one statement, [`Updates`] for one that can
//! [update several](UpdateSeveral).
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use session_batching::{Failed, LoadSeveral, Loads, Seen};
//! use session_core::{Loaded, Moment, Record, StoreError, StoreKey};
//!
//! struct Table(BTreeMap<StoreKey, Record>);
//!
//! impl LoadSeveral for Table {
//!     // SELECT .. WHERE id = $1 AND expires_at > $2
//!     async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
//!         let found = self.0.get(key).filter(|record| record.expires_at > now);
//!         Ok(found.map_or(Loaded::Absent, |record| Loaded::Found(record.clone())))
//!     }
//!
//!     // SELECT .. WHERE id = ANY ($1) AND expires_at > $2
//!     async fn load_several(&self, keys: &[StoreKey], now: Moment) -> Result<Vec<Seen>, Failed> {
//!         let found = keys.iter().filter_map(|key| self.0.get_key_value(key));
//!         let living = found.filter(|(_, record)| record.expires_at > now);
//!         Ok(living
//!             .map(|(key, record)| Seen {
//!                 key: *key,
//!                 expires_at: record.expires_at,
//!                 what: Ok(Loaded::Found(record.clone())),
//!             })
//!             .collect())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), StoreError> {
//! let loads = Loads::new(Arc::new(Table(BTreeMap::new())), 4..=8, Duration::from_secs(2));
//! let loaded = loads.load(&StoreKey::from_bytes([7; 32]), Moment::from_millis(0)).await?;
//! assert_eq!(loaded, Loaded::Absent);
//! # Ok(())
//! # }
//! ```
//!
//! # What holds
//!
//! * Each caller gets the answer that the plain statement would have given, and an error of its own.
//! * Two updates of one session are never under way at once. They go in the order in which they came.
//! * What was refused for several is tried for each alone, so one member fails nobody else. What may have happened is never tried again.
//! * A slow statement holds up nobody else for more than [`SLOW`], as long as there are lanes for slow times.
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

pub use lanes::{MOST_BYTES, MOST_TOGETHER, MOST_WAITING, SLOW, lanes_of};
pub use loads::Loads;
pub use several::{Failed, LoadSeveral, Seen, Settled, Update, UpdateSeveral};
pub use updates::Updates;

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
