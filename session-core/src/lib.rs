//! Being written.

mod changes;
mod clock;
mod codec;
mod commit;
mod cookie;
mod cookie_header;
mod error;
mod expiry;
mod id;
mod key;
mod operation;
mod payload;
mod plan;
mod record;
mod set_cookie;
mod signing;
mod store;
mod values;

pub use clock::{Clock, Moment, SystemClock};
pub use cookie::{CookieSettings, InvalidCookie, Priority, RequestInfo, SameSite, TrustedProxies};
pub use error::{Cause, ConfigError, CorruptRecord, Error, RandomError, StoreError};
pub use expiry::{Expiry, InvalidExpiry};
pub use id::{Handle, IdGenerator, InvalidHandle, PresentedId, RandomIds, SessionId, StoreKey};
pub use key::{Key, ValueKey};
pub use record::{InvalidOwner, Owner, Record, Revision};
pub use signing::{InvalidSigningKeys, SigningKeys};
pub use store::{CUT_OFF_KEPT, Created, Deleted, Listed, Loaded, Rotated, Rotation, Store, Touch, Touched, Updated};
