//! Being written.

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
mod expiry;
mod headers;
mod id;
mod key;
mod manager;
#[cfg(test)]
mod model;
mod operation;
mod payload;
mod plan;
mod queue;
mod record;
mod revision_source;
mod revoke;
mod session;
mod set_cookie;
mod signing;
mod store;
mod values;

pub use builder::SessionManagerBuilder;
pub use clock::{Clock, Moment, SystemClock};
pub use cookie::{CookieSettings, InvalidCookie, Priority, RequestInfo, SameSite, TrustedProxies};
pub use error::{Cause, ConfigError, CorruptRecord, Error, RandomError, StoreError};
pub use event::{Event, Observer};
pub use expiry::{Expiry, InvalidExpiry};
pub use headers::{CachePolicy, ResponseHeaders};
pub use id::{Handle, IdGenerator, InvalidHandle, PresentedId, RandomIds, SessionId, StoreKey};
pub use key::{Key, KeyName, ValueKey};
pub use manager::SessionManager;
pub use record::{InvalidOwner, Owner, Record, Revision};
pub use session::{CommitFuture, Committed, Session, SessionSummary};
pub use signing::{InvalidSigningKeys, SigningKeys};
pub use store::{
    CUT_OFF_KEPT, Created, Deleted, Listed, Loaded, MARK_KEPT, Rotated, Rotation, Store, Touch, Touched, Updated,
};
