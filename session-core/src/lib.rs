//! Server-side HTTP sessions without a framework and without a database: what `session-kit` decides, it decides here.
//!
//! Applications use the facade crate `session-kit`. This crate is for those who write an adapter, a store, or code that
//! should not know which of them it runs with.
//!
//! - [`Session`] is what a handler has: `async` reads, recorded writes, sign-in, sign-out.
//! - [`SessionManager`] is what an adapter calls: [`open`](SessionManager::open) before the handler,
//!   [`commit`](SessionManager::commit) after it.
//! - [`Store`] is what a database implements: opaque bytes with a revision and an end.
//! - [`ExpiredSessions`] cleans up stores whose engine does not do it.
//!
//! # What is promised
//!
//! - **No write is lost** when requests of one visitor overlap: changes are kept per key and merged; [`Session::update`] is
//!   exact.
//! - **A session that was ended stays ended**, whatever late requests do.
//! - **A stolen database lets nobody in**: it holds hashes of ids.
//! - **Signing in and out means a new id**, and clients never choose one.
//! - **An unreachable store is an error**, never an empty session.
//! - **One round trip** to the store for each operation, none for a request that does not use its session.
//!
//! # Reading order
//!
//! `session` and `session/` (what a handler sees), `changes` (what it recorded), `plan` and `commit` (what becomes of that),
//! `store` (what carries it out), `manager` and `builder`.

mod backend;
mod builder;
mod carry_out;
mod changes;
mod clock;
mod codec;
mod commit;
mod cookie;
mod cookie_header;
mod deadline;
mod error;
mod event;
mod expired_sessions;
mod expiry;
#[cfg(feature = "express")]
mod express;
mod headers;
mod id;
mod key;
mod manager;
#[cfg(test)]
mod model;
mod operation;
mod payload;
mod place;
mod plan;
mod queue;
mod record;
mod request_info;
mod revision_source;
mod revoke;
mod session;
mod set_cookie;
mod signing;
mod store;
mod transport;
mod values;

pub use builder::SessionManagerBuilder;
pub use clock::{Clock, Moment, SystemClock};
pub use cookie::{CookieSettings, InvalidCookie, Priority, SameSite};
pub use error::{Cause, ConfigError, CorruptRecord, Error, RandomError, StoreError};
pub use event::{Event, Observer};
pub use expired_sessions::ExpiredSessions;
pub use expiry::{Expiry, InvalidExpiry};
#[cfg(feature = "express")]
pub use express::{
    ExpressHabits, ExpressRecord, ExpressRemoved, ExpressReplaced, ExpressSecrets, ExpressSession, ExpressSettings,
    ExpressSid, ExpressStore, ExpressVersion, InvalidExpressSecrets,
};
pub use headers::{CachePolicy, HeaderLines, ResponseHeaders};
pub use id::{Handle, IdGenerator, InvalidHandle, PresentedId, RandomIds, SessionId, StoreKey};
pub use key::{Key, KeyName, ValueKey};
pub use manager::SessionManager;
pub use record::{InvalidOwner, Owner, Record, Revision};
pub use request_info::{RequestInfo, TrustedProxies};
pub use session::{CommitFuture, Committed, Session, SessionSummary};
pub use signing::{InvalidSigningKeys, SigningKeys};
pub use store::{
    CUT_OFF_KEPT, Created, Deleted, InvalidScanCursor, Listed, Loaded, MARK_KEPT, Rotated, Rotation, ScanCursor,
    Scanned, Store, Touch, Touched, Updated,
};
