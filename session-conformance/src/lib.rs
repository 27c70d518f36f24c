//! The contracts of session-kit as public test suites, and stores for tests.
//!
//! # Proving a store
//!
//! One line in `tests/conformance.rs` becomes one test for every promise of the contract:
//!
//! ```
//! use session_conformance::ReferenceStore as MyStore;
//!
//! session_conformance::store_contract!(async { MyStore::new() });
//! # fn main() {}
//! ```
//!
//! The macro owns the list. There is nothing to opt out of: a store that keeps some of the promises keeps none that an
//! application could build on.
//!
//! Each case is a function in [`store`], too, so that it can be run against a store with a fault and be seen to fail. This
//! crate does so with its own cases, each against a store made for it, on every change; and it runs them on stores that use
//! the freedom of the contract, and sees them pass.
//!
//! What managers make of a store, on two nodes at once, is one more line with the same block: [`manager_contract!`].
//!
//! # Proving an adapter
//!
//! The promises to a browser, over HTTP, are one line too: see [`adapter`].
//!
//! A store that an Express app shares is proven by [`express_contract!`], in the feature `express`.
//!
//! # Stores for an application's tests
//!
//! | | |
//! |---|---|
//! | [`CountingStore`] | which operations, how often: that a page without a session costs nothing |
//! | [`FlakyStore`] | unavailable when told: that an outage is an error and not a log-out |
//! | [`LostReplyStore`] | done, but not answered: that nothing happens twice |
//! | [`SlowStore`] | late, or never: that time limits hold |
//! | [`TwoNodes`] | two handles on one server, in turn: that nodes see each other's writes |
//! | [`ReferenceStore`] | the contract as a program: plain, correct and slow |
//!
//! [`TestClock`] stands still until it is moved.

pub mod adapter;
mod case;
mod counting_store;
mod event_log;
#[cfg(feature = "express")]
pub mod express;
mod flaky_store;
mod forward;
mod lost_reply_store;
pub mod manager;
mod operation;
mod plan;
mod reference_store;
mod slow_store;
pub mod store;
mod test_clock;
mod two_nodes;
mod verdict;

pub use case::Case;
pub use counting_store::{CountingStore, Counts};
pub use flaky_store::FlakyStore;
pub use lost_reply_store::LostReplyStore;
pub use operation::Operation;
pub use plan::Plan;
pub use reference_store::ReferenceStore;
pub use slow_store::SlowStore;
pub use test_clock::TestClock;
pub use two_nodes::TwoNodes;
