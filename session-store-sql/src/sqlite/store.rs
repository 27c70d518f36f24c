//! The store, as the contract has it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use session_batching::{Loads, Update, Updates, lanes_of};
use session_core::{
    Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, ScanCursor, Scanned, Store,
    StoreError, StoreKey, Touch, Touched, Updated,
};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use crate::connect_error::SqlConnectError;
use crate::given::check_size;
use crate::limits::Limits;

use super::sessions::Sessions;
use super::settings::SqliteStoreBuilder;

/// Sessions in a file, of which several processes of one machine can be users.
///
/// It keeps the whole contract of [`Store`]. Cloning is cheap; clones share the connections.
///
/// The file has a write-ahead log: reading waits for nobody, and writers stand in line, first in this process in the order of coming,
/// then with other processes. What was answered is on the disk: each write waits for the disk, unless
/// [`may_lose_last_writes_on_power_loss`](SqliteStoreBuilder::may_lose_last_writes_on_power_loss) says otherwise. On a full
/// disk nothing can be written, deletions included, and nothing is lost.
///
/// The file system has to be the machine's own: in a network, SQLite's locks and shared memory do not work. A copy of the file alone is no
/// backup while there is a `-wal` file beside it; `VACUUM INTO` makes one.
///
/// ```no_run
/// use session_core::{SessionManager, SigningKeys};
/// use session_store_sql::SqliteStore;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = SqliteStore::connect("sqlite:shop.db").await?;
/// let manager = SessionManager::new(store, SigningKeys::from_environment("SESSION_SECRET")?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    sessions: Arc<Sessions>,
    loads: Loads<Sessions>,
    updates: Updates<Sessions>,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SqliteStore")
            .field("names", &self.sessions.names)
            .field("file", &self.sessions.file)
            .finish_non_exhaustive()
    }
}

impl SqliteStore {
    pub(super) fn new(sessions: Sessions, limits: &Limits) -> Self {
        let (sessions, limit) = (Arc::new(sessions), limits.response_timeout);
        Self {
            loads: Loads::new(Arc::clone(&sessions), lanes_of(limits.connections), limit),
            // One writes at a time.
            updates: Updates::new(Arc::clone(&sessions), 1..=1, limit),
            sessions,
        }
    }

    /// A store with the default settings at `url`: `sqlite:shop.db` or `sqlite://shop.db` in the current folder,
    /// `sqlite:///var/lib/shop/shop.db` from the root; `%3F` is a question mark.
    ///
    /// A file that is missing is made, for this user alone to read and write (`0600`), whatever the umask; `?mode=rw` makes
    /// none. The rights of one that is there stay as they are.
    ///
    /// # Errors
    ///
    /// [`SqlConnectError`] says what would be right.
    pub async fn connect(url: impl Into<String>) -> Result<Self, SqlConnectError> {
        Self::builder(url).connect().await
    }

    /// Settings of a store at `url`.
    pub fn builder(url: impl Into<String>) -> SqliteStoreBuilder {
        SqliteStoreBuilder::of_url(url.into())
    }

    /// Settings of a store that opens connections with these options of the driver.
    ///
    /// A file that is missing is made if `create_if_missing` says so, as in [`connect`](Self::connect). The journal and locking modes,
    /// `synchronous`, the busy timeout, `immutable`, the shared cache and the log of statements are the store's.
    pub fn from_options(options: SqliteConnectOptions) -> SqliteStoreBuilder {
        SqliteStoreBuilder::of_options(options)
    }

    /// Settings of a store that takes its connections from a pool of the application's: of the store's writers one at a time, in the
    /// order of coming.
    ///
    /// The pool decides how safe a write is (`synchronous`). Without `journal_mode(Wal)` readers and writers wait for each other. A
    /// `busy_timeout` above `response_timeout`, as the driver's 5 seconds are, makes it unknown whether a write that waited for another
    /// process was done. Whatever else uses the pool competes with
    /// sessions. The pool asks a connection whether it is alive whenever one is returned, and by default also when one is taken, which
    /// `test_before_acquire(false)` saves.
    pub fn from_pool(pool: SqlitePool) -> SqliteStoreBuilder {
        SqliteStoreBuilder::of_pool(pool)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn create(
        &self,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        _now: Moment,
    ) -> Result<Created, StoreError> {
        self.sessions.create(key, record, signs_in).await
    }

    async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        self.loads.load(key, now).await
    }

    async fn update(
        &self,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Result<Updated, StoreError> {
        check_size(record)?;
        let update = Update {
            key: *key,
            record: record.clone(),
            expected,
            now,
        };
        self.updates.update(update).await
    }

    async fn rotate(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        self.sessions.rotate(rotation, now).await
    }

    async fn touch(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Result<Touched, StoreError> {
        self.sessions.touch(key, touch, now).await
    }

    async fn delete(&self, key: &StoreKey, now: Moment) -> Result<Deleted, StoreError> {
        self.sessions.delete(key, now).await
    }

    async fn sessions_of(&self, owner: &Owner, now: Moment) -> Result<Vec<Listed>, StoreError> {
        self.sessions.sessions_of(owner, now).await
    }

    async fn delete_sessions_of(
        &self,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Result<u64, StoreError> {
        self.sessions.delete_sessions_of(owner, except, now).await
    }

    async fn delete_expired(&self, limit: usize, now: Moment) -> Result<u64, StoreError> {
        self.sessions.delete_expired(limit, now).await
    }

    async fn count(&self, now: Moment) -> Result<u64, StoreError> {
        self.sessions.count(now).await
    }

    async fn scan(&self, from: Option<&ScanCursor>, limit: usize) -> Result<Scanned, StoreError> {
        self.sessions.scan(from, limit).await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.sessions.clear().await
    }
}
