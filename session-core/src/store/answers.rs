//! What stores are asked and what they answer.

use crate::clock::Moment;
use crate::id::StoreKey;
use crate::record::{Record, Revision};

/// What [`Store::rotate`](super::Store::rotate) is asked to do.
#[derive(Clone, Debug)]
pub struct Rotation<'a> {
    /// Where the session is.
    pub old: &'a StoreKey,
    /// Where it goes: a key that was never used.
    pub new: &'a StoreKey,
    /// What it is from then on.
    pub record: &'a Record,
    /// The revision that the old record must still have.
    pub expected: Revision,
    /// Until when the old key is a mark, at least [`MARK_KEPT`](crate::MARK_KEPT) from now.
    pub mark_until: Moment,
    /// When this makes somebody the owner: when that request began, as in [`Store::create`](super::Store::create).
    pub signs_in: Option<Moment>,
}

/// What [`Store::touch`](super::Store::touch) is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The revision that the record must still have.
    pub expected: Revision,
    /// The activity.
    pub last_seen_at: Moment,
    /// The end that follows from it.
    pub expires_at: Moment,
}

/// What [`Store::create`](super::Store::create) answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "the contract has these answers and no others")]
pub enum Created {
    /// The record is filed.
    Created,
    /// Another record or a mark is there. Nothing was done.
    Taken,
    /// The owner's sessions were ended after this sign-in began. Nothing stays behind.
    CutOff,
}

/// What [`Store::load`](super::Store::load) answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "the contract has these answers and no others")]
pub enum Loaded {
    /// The record.
    Found(Record),
    /// The session was rotated; its successor's key.
    Moved(StoreKey),
    /// There is none.
    Absent,
}

/// What [`Store::update`](super::Store::update) answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "the contract has these answers and no others")]
pub enum Updated {
    /// The record is replaced.
    Applied,
    /// It has another revision. Nothing was done; this is the current record.
    Conflict(Record),
    /// The session was rotated; its successor's key. Nothing was done.
    Moved(StoreKey),
    /// There is none. Nothing was done.
    Gone,
}

/// What [`Store::rotate`](super::Store::rotate) answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "the contract has these answers and no others")]
pub enum Rotated {
    /// The session is under the new key.
    Applied,
    /// It has another revision. Nothing was done; this is the current record.
    Conflict(Record),
    /// The session was rotated before; its successor's key. Nothing was done.
    Moved(StoreKey),
    /// There is none. Nothing was done.
    Gone,
    /// The owner's sessions were ended after this sign-in began. The old session is as it was.
    CutOff,
}

/// What [`Store::touch`](super::Store::touch) answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "the contract has these answers and no others")]
pub enum Touched {
    /// The end has moved, or was later already.
    Touched,
    /// The record has another revision. Nothing was done.
    Stale,
    /// The session was rotated; its successor's key. Nothing was done.
    Moved(StoreKey),
    /// There is none. Nothing was done.
    Gone,
}

/// What [`Store::delete`](super::Store::delete) answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "the contract has these answers and no others")]
pub enum Deleted {
    /// There was a living session, and it has ended.
    Deleted,
    /// There was none.
    Absent,
}

/// One of an owner's sessions, as [`Store::sessions_of`](super::Store::sessions_of) lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Where it is.
    pub key: StoreKey,
    /// As in [`Record`].
    pub created_at: Moment,
    /// As in [`Record`].
    pub last_seen_at: Moment,
    /// As in [`Record`].
    pub expires_at: Moment,
}
