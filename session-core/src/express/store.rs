//! What a store of sessions that an Express app shares has to do.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::sid::ExpressSid;
use crate::clock::Moment;
use crate::error::StoreError;

/// Keeps sessions where, and as, a store package of Express does.
///
/// What [`Store`](crate::Store) says of errors, of `now` and of ends holds here too. There are no marks, no owners and no
/// cut-offs, for Express knows of none. It writes whenever it likes, and overwrites what it has not seen; the reverse must
/// never happen.
#[async_trait]
pub trait ExpressStore: fmt::Debug + Send + Sync + 'static {
    /// What this package of Express does by itself.
    fn habits(&self) -> ExpressHabits;

    /// The session under `sid`.
    ///
    /// # Errors
    ///
    /// When the store failed, or what it holds is no session of this package: [`StoreError::Corrupt`]. It is left as it is.
    async fn load(&self, sid: &ExpressSid, now: Moment) -> Result<Option<ExpressRecord>, StoreError>;

    /// Files a new session; `None`: there is one of this id.
    ///
    /// # Errors
    ///
    /// When the store failed.
    async fn create(
        &self,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        now: Moment,
    ) -> Result<Option<ExpressVersion>, StoreError>;

    /// Replaces the session under `sid` if it is still the version `expected`, whoever has written since, and whatever has
    /// become of its end. Never inserts. What stands beside the session, and is not ours, stays.
    ///
    /// A replacement whose reply was lost is sent again, and is not recognised if it had been made: another writer may have
    /// written just the same, and Express has no room for a token by which the two could be told apart. Whoever asked is told
    /// that the outcome is unknown.
    ///
    /// # Errors
    ///
    /// When the store failed.
    async fn replace(
        &self,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Result<ExpressReplaced, StoreError>;

    /// Moves the end forward, as this package does when a session was read, and answers whether there is one. Never inserts,
    /// and never moves it back.
    ///
    /// # Errors
    ///
    /// When the store failed.
    async fn touch(&self, sid: &ExpressSid, expires_at: Moment, now: Moment) -> Result<bool, StoreError>;

    /// Ends the session under `sid`; with `expected` only if it is still that version.
    ///
    /// # Errors
    ///
    /// When the store failed.
    async fn delete(&self, sid: &ExpressSid, expected: Option<&ExpressVersion>) -> Result<ExpressRemoved, StoreError>;
}

/// What a store package of Express does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores make it")]
pub struct ExpressHabits {
    /// How long a session lives whose cookie has no `maxAge`.
    pub lifetime: Duration,
    /// Reading a session moves its end.
    pub slides: bool,
}

/// A session about to be stored.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "stores take it apart")]
pub struct ExpressSession<'a> {
    /// A JSON object whose first member is `cookie`.
    pub text: &'a str,
    /// When it ends.
    pub expires_at: Moment,
}

impl fmt::Debug for ExpressSession<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ExpressSession")
            .field("bytes", &self.text.len())
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

/// A session that is stored. `Debug` shows nothing of it but its size and its end.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores make it")]
pub struct ExpressRecord {
    /// What express-session would see, as JSON. It need not be valid: whoever wrote it may not have been Express.
    pub text: Arc<[u8]>,
    /// What the next replacement expects.
    pub version: ExpressVersion,
    /// When it ends, exclusively.
    pub expires_at: Moment,
}

impl fmt::Debug for ExpressRecord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ExpressRecord")
            .field("bytes", &self.text.len())
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// By what a store recognises that nobody has written a session since: its bytes, or a hash of them.
#[derive(Clone, PartialEq, Eq)]
pub struct ExpressVersion(Arc<[u8]>);

impl ExpressVersion {
    /// The version with these bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for ExpressVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ExpressVersion(..)")
    }
}

/// What [`ExpressStore::replace`] answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "the contract has these answers and no others")]
pub enum ExpressReplaced {
    /// It is stored, as this version.
    Replaced(ExpressVersion),
    /// Somebody has written this since. Nothing was done.
    Changed(ExpressRecord),
    /// There is none. Nothing was done.
    Gone,
}

/// What [`ExpressStore::delete`] answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "the contract has these answers and no others")]
pub enum ExpressRemoved {
    /// It has ended.
    Removed,
    /// Somebody has written it since. Nothing was done.
    Changed,
    /// There was none.
    Absent,
}
