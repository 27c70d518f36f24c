//! A walk over all sessions.

use crate::error::StoreError;
use crate::id::StoreKey;

/// A page of [`Store::scan`](super::Store::scan).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores make it")]
pub struct Scanned {
    /// Where sessions are, or were a moment ago.
    pub keys: Vec<StoreKey>,
    /// Where the walk goes on; `None`: that was all.
    pub next: Option<ScanCursor>,
}

impl Scanned {
    /// The page of a store whose keys have an order: its cursors are keys.
    ///
    /// `keys` are the `limit` keys after the cursor, or all that there are.
    ///
    /// ```
    /// use session_core::{Scanned, StoreKey};
    ///
    /// let keys = vec![StoreKey::from_bytes([1; 32]), StoreKey::from_bytes([2; 32])];
    /// let page = Scanned::in_order(keys.clone(), 2);
    /// assert_eq!(page.next.unwrap().to_key().unwrap(), keys[1]);
    /// assert_eq!(Scanned::in_order(keys, 3).next, None);
    /// ```
    #[must_use]
    pub fn in_order(keys: Vec<StoreKey>, limit: usize) -> Self {
        let last = keys.last().filter(|_| keys.len() >= limit);
        let next = last.map(|last| ScanCursor::new(last.as_bytes()));
        Self { keys, next }
    }
}

/// How far a walk over a store has come. What is in it is the store's own affair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanCursor(Box<[u8]>);

impl ScanCursor {
    /// A cursor with what the store needs to go on.
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        Self(bytes.as_ref().into())
    }

    /// What the store has put into it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key that a page of [`Scanned::in_order`] ended with.
    ///
    /// # Errors
    ///
    /// When it is a cursor of another kind of store.
    pub fn to_key(&self) -> Result<StoreKey, InvalidScanCursor> {
        let bytes = self.0.as_ref().try_into();
        bytes.map(StoreKey::from_bytes).map_err(|_| InvalidScanCursor(()))
    }

    /// The number that a store has put into it.
    ///
    /// # Errors
    ///
    /// When it is a cursor of another kind of store.
    pub fn to_number(&self) -> Result<u64, InvalidScanCursor> {
        let bytes = self.0.as_ref().try_into();
        bytes.map(u64::from_be_bytes).map_err(|_| InvalidScanCursor(()))
    }
}

/// A walk can't go on from this cursor: it is not one of this store's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is of another store, needs one that a page of this store has named")]
pub struct InvalidScanCursor(pub(crate) ());

impl InvalidScanCursor {
    /// For stores with cursors of their own kind.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "an error is no default of anything")]
    pub const fn new() -> Self {
        Self(())
    }
}

impl From<InvalidScanCursor> for StoreError {
    /// Nothing was done.
    fn from(error: InvalidScanCursor) -> Self {
        Self::Unavailable(error.into())
    }
}
