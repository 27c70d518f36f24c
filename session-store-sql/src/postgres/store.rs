//! The store, as the contract has it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use session_batching::{Loads, Update, Updates, lanes_of};
use session_core::{
    Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, ScanCursor, Scanned, Store,
    StoreError, StoreKey, Touch, Touched, Updated,
};
use sqlx::postgres::{PgConnectOptions, PgPool};

use crate::connect_error::SqlConnectError;
use crate::given::check_size;
use crate::limits::Limits;

use super::sessions::Sessions;
use super::settings::PostgresStoreBuilder;

/// Sessions in PostgreSQL.
///
/// It keeps the whole contract of [`Store`]. Cloning is cheap; clones share the connections.
///
/// ```no_run
/// use session_core::{SessionManager, SigningKeys};
/// use session_store_sql::PostgresStore;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = PostgresStore::connect("postgres://shop:password@database.example/shop").await?;
/// let manager = SessionManager::new(store, SigningKeys::from_environment("SESSION_SECRET")?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresStore {
    sessions: Arc<Sessions>,
    loads: Loads<Sessions>,
    updates: Updates<Sessions>,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PostgresStore")
            .field("names", &self.sessions.names)
            .finish_non_exhaustive()
    }
}

impl PostgresStore {
    pub(super) fn new(sessions: Sessions, limits: &Limits) -> Self {
        let (sessions, limit) = (Arc::new(sessions), limits.response_timeout);
        Self {
            loads: Loads::new(Arc::clone(&sessions), lanes_of(limits.connections), limit),
            updates: Updates::new(Arc::clone(&sessions), lanes_of(limits.connections), limit),
            sessions,
        }
    }

    /// A store with the default settings at `url`: `postgres://user:password@host:port/database`, and after a `?` what
    /// [`PgConnectOptions`] lists, such as `sslmode=verify-full` and `sslrootcert=file`.
    ///
    /// Without `sslmode` the connection is encrypted if the server can, and nobody checks whose server it is.
    ///
    /// # Errors
    ///
    /// [`SqlConnectError`] says what would be right.
    pub async fn connect(url: impl Into<String>) -> Result<Self, SqlConnectError> {
        Self::builder(url).connect().await
    }

    /// Settings of a store at `url`.
    pub fn builder(url: impl Into<String>) -> PostgresStoreBuilder {
        PostgresStoreBuilder::of_url(url.into())
    }

    /// Settings of a store that opens connections with these options of the driver.
    pub fn from_options(options: PgConnectOptions) -> PostgresStoreBuilder {
        PostgresStoreBuilder::of_options(options)
    }

    /// Settings of a store that takes its connections from a pool of the application's.
    ///
    /// The pool asks a connection whether it is alive whenever one is returned, and by default also when one is taken: an operation then
    /// is two round trips, which `test_before_acquire(false)` makes one. The pool's own limits hold for waiting and connecting, and
    /// whatever else uses it competes with sessions.
    pub fn from_pool(pool: PgPool) -> PostgresStoreBuilder {
        PostgresStoreBuilder::of_pool(pool)
    }
}

#[async_trait]
impl Store for PostgresStore {
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
