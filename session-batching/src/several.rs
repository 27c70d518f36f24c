//! What a store can do.

use std::future::Future;

use session_core::{Loaded, Moment, Record, Revision, StoreError, StoreKey, Updated};

use crate::lanes::MOST_BYTES;

/// A store that can load several sessions by one statement.
pub trait LoadSeveral: Send + Sync + 'static {
    /// As [`Store::load`](session_core::Store::load).
    fn load(&self, key: &StoreKey, now: Moment) -> impl Future<Output = Result<Loaded, StoreError>> + Send;

    /// What is there under these keys, of what has not ended at `now`. The keys ascend, and each is there once.
    ///
    /// The order of the answers does not matter. A key without one is absent.
    fn load_several(&self, keys: &[StoreKey], now: Moment) -> impl Future<Output = Result<Vec<Seen>, Failed>> + Send;
}

/// A store that can update several sessions by one statement.
pub trait UpdateSeveral: LoadSeveral {
    /// As [`Store::update`](session_core::Store::update).
    fn update(&self, update: &Update) -> impl Future<Output = Result<Updated, StoreError>> + Send;

    /// Carries out what can be, each as a compare-and-swap of its own, and answers for those of whom it knows. Their keys ascend, and
    /// each is there once.
    ///
    /// The order of the answers does not matter. Those without one were not carried out: all of them are loaded together then, and told why.
    fn update_several(&self, updates: &[Update]) -> impl Future<Output = Result<Vec<Settled>, Failed>> + Send;

    /// How many bytes of updates travel together at most, unless one alone has more: [`MOST_BYTES`].
    fn most_bytes(&self) -> usize {
        MOST_BYTES
    }

    /// About how many bytes an update sends: those of its payload.
    fn bytes(&self, update: &Update) -> usize {
        update.record.payload.len()
    }
}

/// What a key leads to.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "stores make them")]
pub struct Seen {
    /// The key.
    pub key: StoreKey,
    /// When the record, or the mark of a rotation, ends.
    pub expires_at: Moment,
    /// A record or a mark; an error where what is there can't be read.
    pub what: Result<Loaded, StoreError>,
}

/// A compare-and-swap.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "stores read them")]
pub struct Update {
    /// The session.
    pub key: StoreKey,
    /// What it is to be.
    pub record: Record,
    /// The revision that it must have.
    pub expected: Revision,
    /// The caller's clock.
    pub now: Moment,
}

/// What became of one of several updates.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "stores make them")]
pub struct Settled {
    /// The session's key.
    pub key: StoreKey,
    /// As [`UpdateSeveral::update`] would have answered.
    pub answer: Result<Updated, StoreError>,
}

impl Settled {
    /// It was carried out.
    #[must_use]
    pub const fn applied(key: StoreKey) -> Self {
        Self {
            key,
            answer: Ok(Updated::Applied),
        }
    }
}

/// Why a statement for several has no answer.
#[derive(Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "stores make them, and there are these two consequences"
)]
pub enum Failed {
    /// Nothing was done, and it may be the fault of one of them: each is tried alone.
    OneByOne,
    /// It concerns all of them alike: each is told.
    All(StoreError),
}
