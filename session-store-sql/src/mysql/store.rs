//! The store, as the contract has it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use session_batching::{Loads, Update, Updates, lanes_of};
use session_core::{
    Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, ScanCursor, Scanned, Store,
    StoreError, StoreKey, Touch, Touched, Updated,
};
use sqlx::mysql::{MySqlConnectOptions, MySqlPool};

use crate::connect_error::SqlConnectError;
use crate::given::check_size_within;
use crate::limits::Limits;

use super::sessions::Sessions;
use super::settings::MySqlStoreBuilder;

/// Sessions in MySQL or MariaDB.
///
/// It keeps the whole contract of [`Store`], on MySQL 8 and MariaDB 10.6 and newer. Cloning is cheap; clones share the connections.
///
/// # Servers
///
/// - Payloads of 16 MiB need a `max_allowed_packet` of 17 MiB or more. With a lower one, which is read when the store connects, the
///   largest payload is 1 KiB less than it, and what is larger is refused before it is sent.
/// - All nodes write to one server. In a cluster that takes writes on several (Galera, group replication with many primaries) the
///   locks of one do not hold on the others, and a sign-in may survive a `sign out everywhere` at the same moment.
/// - All reads go to that server, too. A replica lags, and an ended session would live on in it for as long.
/// - A user who signs in with `caching_sha2_password`, as MySQL's do by default, needs TLS.
///
/// ```no_run
/// use session_core::{SessionManager, SigningKeys};
/// use session_store_sql::MySqlStore;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MySqlStore::connect("mysql://shop:password@database.example/shop").await?;
/// let manager = SessionManager::new(store, SigningKeys::from_environment("SESSION_SECRET")?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MySqlStore {
    sessions: Arc<Sessions>,
    loads: Loads<Sessions>,
    updates: Updates<Sessions>,
}

impl fmt::Debug for MySqlStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MySqlStore")
            .field("names", &self.sessions.names)
            .finish_non_exhaustive()
    }
}

impl MySqlStore {
    pub(super) fn new(sessions: Sessions, limits: &Limits) -> Self {
        let (sessions, limit) = (Arc::new(sessions), limits.response_timeout);
        Self {
            loads: Loads::new(Arc::clone(&sessions), lanes_of(limits.connections), limit),
            updates: Updates::new(Arc::clone(&sessions), lanes_of(limits.connections), limit),
            sessions,
        }
    }

    /// A store with the default settings at `url`: `mysql://user:password@host:port/database` or the same with `mariadb:`, and after
    /// a `?` what [`MySqlConnectOptions`] lists, such as `ssl-mode=VERIFY_IDENTITY` and `ssl-ca=file`.
    ///
    /// Without `ssl-mode` the connection is encrypted if the server can, and nobody checks whose server it is.
    ///
    /// # Errors
    ///
    /// [`SqlConnectError`] says what would be right.
    pub async fn connect(url: impl Into<String>) -> Result<Self, SqlConnectError> {
        Self::builder(url).connect().await
    }

    /// Settings of a store at `url`.
    pub fn builder(url: impl Into<String>) -> MySqlStoreBuilder {
        MySqlStoreBuilder::of_url(url.into())
    }

    /// Settings of a store that opens connections with these options of the driver.
    pub fn from_options(options: MySqlConnectOptions) -> MySqlStoreBuilder {
        MySqlStoreBuilder::of_options(options)
    }

    /// Settings of a store that takes its connections from a pool of the application's.
    ///
    /// Its connections must be `REPEATABLE READ`, as they are by default, and commit by themselves: another isolation lets ended
    /// sessions come back, and is refused. So is the `sql_mode` `EMPTY_STRING_IS_NULL`. They wait for a row as long as their `innodb_lock_wait_timeout` says, by default 50 seconds,
    /// so what the store gives up on may still happen.
    ///
    /// The pool asks a connection whether it is alive whenever one is returned, and by default also when one is taken: an operation then
    /// is two round trips, which `test_before_acquire(false)` makes one. The pool's own limits hold for waiting and connecting, and
    /// whatever else uses it competes with sessions.
    pub fn from_pool(pool: MySqlPool) -> MySqlStoreBuilder {
        MySqlStoreBuilder::of_pool(pool)
    }
}

#[async_trait]
impl Store for MySqlStore {
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
        check_size_within(record, self.sessions.most_payload_bytes)?;
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
