//! One operation as a value, and its answer as one.

use std::fmt;

use session_core::{
    Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, Store, StoreError, StoreKey,
    Touch, Touched, Updated,
};

#[derive(Clone, Debug)]
pub(super) enum Step {
    Create(StoreKey, Record, Option<Moment>),
    Load(StoreKey),
    Update(StoreKey, Record, Revision),
    Rotate(Box<Move>),
    Touch(StoreKey, Touch),
    Delete(StoreKey),
    SessionsOf(Owner),
    DeleteSessionsOf(Owner, Option<StoreKey>),
    DeleteExpired(usize),
    Count,
}

/// A [`Rotation`] that owns what it is about.
#[derive(Clone, Debug)]
pub(super) struct Move {
    pub(super) old: StoreKey,
    pub(super) new: StoreKey,
    pub(super) record: Record,
    pub(super) expected: Revision,
    pub(super) mark_until: Moment,
    pub(super) signs_in: Option<Moment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Created(Created),
    Loaded(Loaded),
    Updated(Updated),
    Rotated(Rotated),
    Touched(Touched),
    Deleted(Deleted),
    Listed(Vec<Listed>),
    Number(u64),
    /// A clean-up's number is the store's own affair.
    CleanedUp,
    /// Moved, absent or gone: there is no session.
    Gone,
}

impl Step {
    pub(super) async fn run(&self, store: &dyn Store, now: Moment) -> Result<Outcome, StoreError> {
        Ok(match self {
            Self::Create(key, record, signs_in) => Outcome::Created(store.create(key, record, *signs_in, now).await?),
            Self::Load(key) => Outcome::Loaded(store.load(key, now).await?),
            Self::Update(key, record, expected) => Outcome::Updated(store.update(key, record, *expected, now).await?),
            Self::Rotate(rotation) => Outcome::Rotated(store.rotate(&rotation.as_rotation(), now).await?),
            Self::Touch(key, touch) => Outcome::Touched(store.touch(key, touch, now).await?),
            Self::Delete(key) => Outcome::Deleted(store.delete(key, now).await?),
            Self::SessionsOf(owner) => {
                let mut listed = store.sessions_of(owner, now).await?;
                listed.sort_unstable_by_key(|listed| listed.key);
                Outcome::Listed(listed)
            }
            Self::DeleteSessionsOf(owner, except) => {
                Outcome::Number(store.delete_sessions_of(owner, except.as_ref(), now).await?)
            }
            Self::DeleteExpired(limit) => {
                store.delete_expired(*limit, now).await?;
                Outcome::CleanedUp
            }
            Self::Count => Outcome::Number(store.count(now).await?),
        })
    }

    /// Whose session it is about. `Debug` hides owners, and these are no secrets.
    fn owner(&self) -> Option<&Owner> {
        match self {
            Self::Create(_, record, _) | Self::Update(_, record, _) => record.owner.as_ref(),
            Self::Rotate(rotation) => rotation.record.owner.as_ref(),
            Self::SessionsOf(owner) | Self::DeleteSessionsOf(owner, _) => Some(owner),
            Self::Load(_) | Self::Touch(..) | Self::Delete(_) | Self::DeleteExpired(_) | Self::Count => None,
        }
    }
}

impl Move {
    const fn as_rotation(&self) -> Rotation<'_> {
        Rotation {
            old: &self.old,
            new: &self.new,
            record: &self.record,
            expected: self.expected,
            mark_until: self.mark_until,
            signs_in: self.signs_in,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.owner() {
            Some(owner) => write!(formatter, "{self:?} ({})", owner.as_str()),
            None => write!(formatter, "{self:?}"),
        }
    }
}

impl Outcome {
    /// Where the session has gone, if that was the answer.
    pub(super) const fn successor(&self) -> Option<StoreKey> {
        if let Self::Loaded(Loaded::Moved(key))
        | Self::Updated(Updated::Moved(key))
        | Self::Rotated(Rotated::Moved(key))
        | Self::Touched(Touched::Moved(key)) = self
        {
            Some(*key)
        } else {
            None
        }
    }

    /// The same answer with another successor.
    pub(super) fn with_successor(self, key: StoreKey) -> Self {
        match self {
            Self::Loaded(_) => Self::Loaded(Loaded::Moved(key)),
            Self::Updated(_) => Self::Updated(Updated::Moved(key)),
            Self::Rotated(_) => Self::Rotated(Rotated::Moved(key)),
            Self::Touched(_) => Self::Touched(Touched::Moved(key)),
            Self::Created(_) | Self::Deleted(_) | Self::Listed(_) | Self::Number(_) | Self::CleanedUp | Self::Gone => {
                self
            }
        }
    }

    pub(super) const fn is_gone(&self) -> bool {
        matches!(
            self,
            Self::Loaded(Loaded::Absent)
                | Self::Updated(Updated::Gone)
                | Self::Rotated(Rotated::Gone)
                | Self::Touched(Touched::Gone)
        )
    }
}
