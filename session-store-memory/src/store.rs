//! The store, as the contract has it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use session_core::{
    Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, ScanCursor, Scanned, Store,
    StoreError, StoreKey, Touch, Touched, Updated,
};

use crate::sessions::Sessions;
use crate::settings::MemoryStoreBuilder;

/// Sessions in the memory of this process, which end with it.
///
/// Clones are cheap and share the sessions. No operation waits for another task, and none of the locks is held across an
/// await: what seldom has to wait, waits for nanoseconds. `Debug` shows counts only.
///
/// ```
/// use session_core::{Moment, Record, Revision, SessionId, Store};
/// use session_core::{Created, Loaded};
/// use session_store_memory::MemoryStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// let now = Moment::from_millis(1_000);
/// let key = SessionId::random()?.store_key();
/// let record = Record {
///     revision: Revision::from_u64(1),
///     created_at: now,
///     last_seen_at: now,
///     expires_at: Moment::from_millis(61_000),
///     owner: None,
///     payload: b"three apples".as_slice().into(),
/// };
///
/// assert_eq!(store.create(&key, &record, None, now).await?, Created::Created);
/// assert_eq!(store.load(&key, now).await?, Loaded::Found(record));
/// assert_eq!(store.load(&key, Moment::from_millis(61_000)).await?, Loaded::Absent);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MemoryStore {
    pub(crate) sessions: Arc<Sessions>,
}

impl MemoryStore {
    /// An empty store with the default limits: 1,000,000 sessions, 1 GiB, and what does not fit is refused.
    ///
    /// It takes about 100 KiB until there are sessions.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().open()
    }

    /// Settings for a store with other limits.
    pub const fn builder() -> MemoryStoreBuilder {
        MemoryStoreBuilder::new()
    }

    pub(crate) fn sharing(sessions: Arc<Sessions>) -> Self {
        Self { sessions }
    }

    /// How many sessions are held: the living, and those that have ended and are not cleaned up yet. For metrics; it
    /// counts nothing and waits for nobody.
    #[must_use]
    pub fn held_sessions(&self) -> usize {
        self.sessions.capacity.sessions()
    }

    /// How much memory is held, counted as [`max_bytes`](MemoryStoreBuilder::max_bytes) says.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.sessions.capacity.bytes()
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MemoryStore")
            .field("held_sessions", &self.held_sessions())
            .field("max_sessions", &self.sessions.capacity.max_sessions())
            .field("held_bytes", &self.held_bytes())
            .field("max_bytes", &self.sessions.capacity.max_bytes())
            .field("when_full", &self.sessions.when_full)
            .finish()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn create(
        &self,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Result<Created, StoreError> {
        self.sessions.create(key, record, signs_in, now)
    }

    async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        Ok(self.sessions.load(key, now))
    }

    async fn update(
        &self,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Result<Updated, StoreError> {
        self.sessions.update(key, record, expected, now)
    }

    async fn rotate(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        self.sessions.rotate(rotation, now)
    }

    async fn touch(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Result<Touched, StoreError> {
        Ok(self.sessions.touch(key, touch, now))
    }

    async fn delete(&self, key: &StoreKey, now: Moment) -> Result<Deleted, StoreError> {
        Ok(self.sessions.delete(key, now))
    }

    async fn sessions_of(&self, owner: &Owner, now: Moment) -> Result<Vec<Listed>, StoreError> {
        Ok(self.sessions.sessions_of(owner, now))
    }

    async fn delete_sessions_of(
        &self,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Result<u64, StoreError> {
        Ok(self.sessions.delete_sessions_of(owner, except, now))
    }

    async fn delete_expired(&self, limit: usize, now: Moment) -> Result<u64, StoreError> {
        Ok(self.sessions.delete_expired(limit, now))
    }

    async fn count(&self, now: Moment) -> Result<u64, StoreError> {
        Ok(self.sessions.count(now))
    }

    async fn scan(&self, from: Option<&ScanCursor>, limit: usize) -> Result<Scanned, StoreError> {
        self.sessions.scan(from, limit)
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.sessions.clear();
        Ok(())
    }
}
