//! Being written.

mod clock;
mod error;
mod id;
mod record;
mod store;

pub use clock::{Clock, Moment, SystemClock};
pub use error::{Cause, ConfigError, CorruptRecord, Error, RandomError, StoreError};
pub use id::{Handle, IdGenerator, InvalidHandle, PresentedId, RandomIds, SessionId, StoreKey};
pub use record::{InvalidOwner, Owner, Record, Revision};
pub use store::{CUT_OFF_KEPT, Created, Deleted, Listed, Loaded, Rotated, Rotation, Store, Touch, Touched, Updated};
