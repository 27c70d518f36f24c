//! The store contract.

mod answers;
mod scan;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Moment;
use crate::error::StoreError;
use crate::id::StoreKey;
use crate::record::{Owner, Record, Revision};
pub use answers::{Created, Deleted, Listed, Loaded, Rotated, Rotation, Touch, Touched, Updated};
pub use scan::{InvalidScanCursor, ScanCursor, Scanned};

/// How long a store remembers an owner's cut-off: the longest that a sign-in may be in flight and still be ended.
pub const CUT_OFF_KEPT: Duration = Duration::from_secs(60 * 60);

/// How long a mark is left under an old key at the least: the longest that an operation on the old key may be in flight.
pub const MARK_KEPT: Duration = Duration::from_secs(60);

/// Keeps opaque bytes with a revision and an end. All session logic is in core.
///
/// # For every operation
///
/// - `now` is handed in; a store reads no clock. Where nodes disagree about the time, a session ends early or late by as
///   much, and a sign-in that is in flight during [`delete_sessions_of`](Self::delete_sessions_of) may be judged wrongly
///   by as much: keep nodes within a second of each other.
/// - A record whose `expires_at` has passed is absent, and so is a mark whose time has passed. An end is exclusive:
///   [`Moment::has_passed`].
/// - Each operation happens at one instant or not at all, and never for half.
/// - A *mark* is what [`rotate`](Self::rotate) leaves under an old key: it names the successor, holds no data, counts
///   nowhere, and can't be updated or touched. Where the successor was rotated again, the first mark may name either key;
///   where it was deleted, the mark may stay or go.
/// - Keys are never used twice: core draws them from 256 random bits, and never rotates to one that is in use. A store may
///   refuse a key that it has seen before.
/// - Where several answers would be true, such as `Conflict` and `CutOff`, any of them is right.
/// - An `Err` says that the store failed, never that a session was unknown. [`StoreError::ReplyLost`] says that the
///   operation may have happened; every other error that it did not.
/// - Nothing is resent on the quiet where a second run could answer differently from the first.
///
/// `session-conformance` has a test for every promise here: one macro line proves a store.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Files a new record under `key`.
    ///
    /// `signs_in` is given when this makes somebody the record's owner, and is the moment when that request began: if
    /// the owner's cut-off is at or after it, nothing stays behind and the answer is [`Created::CutOff`].
    ///
    /// A creation whose reply was lost is not sent again: core draws another key, for nobody knows this one.
    ///
    /// # Errors
    ///
    /// When the store failed, or is full.
    async fn create(
        &self,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Result<Created, StoreError>;

    /// The record under `key`, or where it has gone.
    ///
    /// # Errors
    ///
    /// When the store failed, or what it holds is not a record: [`StoreError::Corrupt`].
    async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError>;

    /// Replaces the record under `key` if it still has the revision `expected`. Never inserts.
    ///
    /// The new record has the `created_at` and the owner of the old one: only creations and rotations change them.
    ///
    /// # Errors
    ///
    /// When the store failed.
    async fn update(
        &self,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Result<Updated, StoreError>;

    /// Moves the session from an old key to a new one.
    ///
    /// The new record exists before the old one is gone. A failure in between leaves rubbish that nobody can reach, never
    /// a loss, and never two sessions that both stay alive.
    ///
    /// A rotation whose reply was lost is recognised when it is sent again, by the old key's mark, which names this new key:
    /// the answer is [`Rotated::Applied`] and nothing is done, as long as the mark and the session live. Where one of them is
    /// gone it may be any answer but `Conflict`, and nothing is done either.
    ///
    /// # Errors
    ///
    /// When the store failed, or is full.
    async fn rotate(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError>;

    /// Moves the end and the last activity forward, keeping the revision. Never inserts, and moves neither back.
    ///
    /// # Errors
    ///
    /// When the store failed.
    async fn touch(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Result<Touched, StoreError>;

    /// Ends the session under `key`. A mark is followed to its successor, and on along a chain of marks.
    ///
    /// A record that has ended is removed too, though the answer is [`Deleted::Absent`]: a request that is under way may
    /// have read the clock before the end came, and must not write to it any more.
    ///
    /// Deletion wins: after it has answered, no update, touch or rotation that began before can bring the session back,
    /// under this key or a later one.
    ///
    /// # Errors
    ///
    /// When the store failed.
    async fn delete(&self, key: &StoreKey, now: Moment) -> Result<Deleted, StoreError>;

    /// The living sessions of `owner`, in no particular order.
    ///
    /// # Errors
    ///
    /// When the store failed.
    async fn sessions_of(&self, owner: &Owner, now: Moment) -> Result<Vec<Listed>, StoreError>;

    /// Ends all sessions of `owner`, but for the one under `except` (a mark there is followed), and answers how many lived.
    /// As with [`delete`](Self::delete), those that have ended are removed too. One that is being rotated at the same moment may
    /// count twice.
    ///
    /// The owner's cut-off moves to `now` first, never back, and is remembered for [`CUT_OFF_KEPT`]. Once this has answered,
    /// no session of the owner lives that was signed in at or before `now`, creations and rotations in flight included. The
    /// session under `except` can be rotated afterwards; where it is rotated at the same moment, it may end too.
    ///
    /// # Errors
    ///
    /// When the store failed. Some sessions may have ended by then; calling again ends the rest.
    async fn delete_sessions_of(
        &self,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Result<u64, StoreError>;

    /// Removes at most `limit` ended records, marks and cut-offs, and answers how many. Zero means that nothing is left
    /// to do, now.
    ///
    /// For stores whose engine does not do it by itself; they may be the only ones that ever remove anything here.
    /// [`ExpiredSessions`](crate::ExpiredSessions) calls it.
    ///
    /// # Errors
    ///
    /// When the store failed.
    async fn delete_expired(&self, limit: usize, now: Moment) -> Result<u64, StoreError>;

    /// How many living sessions there are: for operators and tests. It may read everything.
    ///
    /// # Errors
    ///
    /// When the store failed.
    async fn count(&self, now: Moment) -> Result<u64, StoreError>;

    /// The keys of all sessions, a page at a time: for whoever walks over all of them, such as a move to another store.
    ///
    /// A walk begins with no cursor and goes on from the `next` of each page, until there is none. A session that is filed under one key from
    /// before the first page until after the last is on one of them at the least. There is no order. Keys may come twice, and those of marks
    /// and of what has ended may be among them. Where the engine's server gives way to another in the middle of a walk, sessions may be
    /// passed over.
    ///
    /// `limit`, 1 at the least, is about how many keys a page is to have. It may have more, fewer or none, and still have a next.
    ///
    /// # Errors
    ///
    /// When the store failed, or the cursor is none of its own: [`InvalidScanCursor`].
    async fn scan(&self, from: Option<&ScanCursor>, limit: usize) -> Result<Scanned, StoreError>;

    /// Removes all that this store holds: for operators and tests.
    ///
    /// # Errors
    ///
    /// When the store failed.
    async fn clear(&self) -> Result<(), StoreError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: Store + ?Sized> Store for Arc<S> {
    async fn create(
        &self,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Result<Created, StoreError> {
        (**self).create(key, record, signs_in, now).await
    }

    async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        (**self).load(key, now).await
    }

    async fn update(
        &self,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Result<Updated, StoreError> {
        (**self).update(key, record, expected, now).await
    }

    async fn rotate(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        (**self).rotate(rotation, now).await
    }

    async fn touch(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Result<Touched, StoreError> {
        (**self).touch(key, touch, now).await
    }

    async fn delete(&self, key: &StoreKey, now: Moment) -> Result<Deleted, StoreError> {
        (**self).delete(key, now).await
    }

    async fn sessions_of(&self, owner: &Owner, now: Moment) -> Result<Vec<Listed>, StoreError> {
        (**self).sessions_of(owner, now).await
    }

    async fn delete_sessions_of(
        &self,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Result<u64, StoreError> {
        (**self).delete_sessions_of(owner, except, now).await
    }

    async fn delete_expired(&self, limit: usize, now: Moment) -> Result<u64, StoreError> {
        (**self).delete_expired(limit, now).await
    }

    async fn count(&self, now: Moment) -> Result<u64, StoreError> {
        (**self).count(now).await
    }

    async fn scan(&self, from: Option<&ScanCursor>, limit: usize) -> Result<Scanned, StoreError> {
        (**self).scan(from, limit).await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        (**self).clear().await
    }
}
