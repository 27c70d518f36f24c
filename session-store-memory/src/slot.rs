//! One place in a shard.

use session_core::{Moment, Record, StoreKey};

/// What is filed under a key.
pub(crate) enum State {
    /// A session.
    Session(Record),
    /// What a rotation left.
    Mark {
        /// The successor.
        to: StoreKey,
        /// When the mark ends.
        until: Moment,
    },
}

impl State {
    pub(crate) const fn end(&self) -> Moment {
        match self {
            Self::Session(record) => record.expires_at,
            Self::Mark { until, .. } => *until,
        }
    }

    /// Whether this is a session that nobody is signed in to.
    pub(crate) const fn is_anonymous(&self) -> bool {
        matches!(self, Self::Session(record) if record.owner.is_none())
    }
}

/// One place in the table, with its key and both its ends.
pub(crate) struct Slot {
    pub(crate) key: StoreKey,
    pub(crate) state: State,
    /// What the index by end has for it: its end or sooner.
    pub(crate) filed: Moment,
}
