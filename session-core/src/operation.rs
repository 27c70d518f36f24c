//! The store operations of a commit as values, and what a store replies.

use crate::clock::Moment;
use crate::error::StoreError;
use crate::id::StoreKey;
use crate::record::{Record, Revision};
use crate::store::{Created, Deleted, Loaded, Rotated, Rotation, Store, Touch, Touched, Updated};

/// One store operation.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Load {
        key: StoreKey,
    },
    Create {
        key: StoreKey,
        record: Record,
        signs_in: Option<Moment>,
    },
    Update {
        key: StoreKey,
        record: Record,
        expected: Revision,
    },
    Rotate {
        old: StoreKey,
        new: StoreKey,
        record: Record,
        expected: Revision,
        mark_until: Moment,
        signs_in: Option<Moment>,
    },
    Touch {
        key: StoreKey,
        touch: Touch,
    },
    Delete {
        key: StoreKey,
    },
}

/// What a store replied, whatever it was asked.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// It is done.
    Done,
    /// It is done, and what is stored now is not quite what was asked for.
    #[cfg_attr(
        not(feature = "express"),
        expect(dead_code, reason = "stores of ours keep what they are given")
    )]
    DoneAs(Record),
    /// The record that is there: found, or in the way.
    Current(Record),
    Moved(StoreKey),
    Absent,
    Taken,
    CutOff,
    Stale,
    /// No reply: it may have happened.
    Lost,
}

impl Operation {
    /// Whether it does not matter if it happened unseen: it only reads, only slides an end, or makes a session whose id
    /// nobody will ever learn.
    pub(crate) fn can_be_forgotten(&self) -> bool {
        matches!(self, Self::Load { .. } | Self::Touch { .. } | Self::Create { .. })
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Load { .. } => "load",
            Self::Create { .. } => "create",
            Self::Update { .. } => "update",
            Self::Rotate { .. } => "rotate",
            Self::Touch { .. } => "touch",
            Self::Delete { .. } => "delete",
        }
    }

    /// Which session it is about.
    pub(crate) fn key(&self) -> StoreKey {
        match self {
            Self::Load { key }
            | Self::Create { key, .. }
            | Self::Update { key, .. }
            | Self::Touch { key, .. }
            | Self::Delete { key }
            | Self::Rotate { old: key, .. } => *key,
        }
    }

    pub(crate) async fn perform(&self, store: &dyn Store, now: Moment) -> Result<Reply, StoreError> {
        Ok(match self {
            Self::Load { key } => store.load(key, now).await?.into(),
            Self::Create { key, record, signs_in } => store.create(key, record, *signs_in, now).await?.into(),
            Self::Update { key, record, expected } => store.update(key, record, *expected, now).await?.into(),
            Self::Rotate {
                old,
                new,
                record,
                expected,
                mark_until,
                signs_in,
            } => {
                let rotation = Rotation {
                    old,
                    new,
                    record,
                    expected: *expected,
                    mark_until: *mark_until,
                    signs_in: *signs_in,
                };
                store.rotate(&rotation, now).await?.into()
            }
            Self::Touch { key, touch } => store.touch(key, touch, now).await?.into(),
            Self::Delete { key } => store.delete(key, now).await?.into(),
        })
    }
}

impl From<Loaded> for Reply {
    fn from(loaded: Loaded) -> Self {
        match loaded {
            Loaded::Found(record) => Self::Current(record),
            Loaded::Moved(successor) => Self::Moved(successor),
            Loaded::Absent => Self::Absent,
        }
    }
}

impl From<Created> for Reply {
    fn from(created: Created) -> Self {
        match created {
            Created::Created => Self::Done,
            Created::Taken => Self::Taken,
            Created::CutOff => Self::CutOff,
        }
    }
}

impl From<Updated> for Reply {
    fn from(updated: Updated) -> Self {
        match updated {
            Updated::Applied => Self::Done,
            Updated::Conflict(current) => Self::Current(current),
            Updated::Moved(successor) => Self::Moved(successor),
            Updated::Gone => Self::Absent,
        }
    }
}

impl From<Rotated> for Reply {
    fn from(rotated: Rotated) -> Self {
        match rotated {
            Rotated::Applied => Self::Done,
            Rotated::Conflict(current) => Self::Current(current),
            Rotated::Moved(successor) => Self::Moved(successor),
            Rotated::Gone => Self::Absent,
            Rotated::CutOff => Self::CutOff,
        }
    }
}

impl From<Touched> for Reply {
    fn from(touched: Touched) -> Self {
        match touched {
            Touched::Touched => Self::Done,
            Touched::Stale => Self::Stale,
            Touched::Moved(successor) => Self::Moved(successor),
            Touched::Gone => Self::Absent,
        }
    }
}

impl From<Deleted> for Reply {
    fn from(deleted: Deleted) -> Self {
        match deleted {
            Deleted::Deleted => Self::Done,
            Deleted::Absent => Self::Absent,
        }
    }
}
