//! The store, as the contract has it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use redis::aio::ConnectionLike;
use redis::cluster_async::ClusterConnection;
use session_core::{
    Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, ScanCursor, Scanned, Store,
    StoreError, StoreKey, Touch, Touched, Updated,
};

use crate::connect_error::RedisConnectError;
use crate::sessions::Sessions;
use crate::settings::RedisStoreBuilder;

/// Sessions in Redis or Valkey.
///
/// Clones are cheap and share their connections. `Debug` shows where the servers are and no password.
///
/// ```no_run
/// use session_store_redis::{RedisConnectError, RedisStore};
///
/// # async fn example() -> Result<(), RedisConnectError> {
/// let store = RedisStore::connect("redis://127.0.0.1:6379/0").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisStore {
    sessions: Arc<Sessions>,
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RedisStore")
            .field("servers", &self.sessions.servers)
            .field("keys", &self.sessions.keys)
            .finish_non_exhaustive()
    }
}

impl RedisStore {
    pub(crate) fn new(sessions: Sessions) -> Self {
        Self {
            sessions: Arc::new(sessions),
        }
    }

    /// The store that `url` names, with default settings.
    ///
    /// | | |
    /// |---|---|
    /// | one server | `redis://user:password@host:port/database` |
    /// | a socket | `redis+unix:///path/to/socket?db=database&user=user&pass=password` |
    /// | a master and its Sentinels | `redis+sentinel://user:password@sentinel:port,sentinel:port/master/database` |
    /// | a cluster | `redis+cluster://user:password@node:port,node:port` |
    ///
    /// With TLS they are `rediss:`, `rediss+sentinel:` and `rediss+cluster:`. Everything but the hosts and the master's name can be
    /// left out; special characters in a user or a password are percent-encoded.
    ///
    /// # Errors
    ///
    /// When the URL is not possible, or the server can't be reached, is too old, or refuses.
    pub async fn connect(url: &str) -> Result<Self, RedisConnectError> {
        Self::builder(url).connect().await
    }

    /// Settings of a store at `url`, which has the form that [`connect`](Self::connect) describes.
    pub fn builder(url: impl Into<String>) -> RedisStoreBuilder {
        RedisStoreBuilder::of_url(url.into())
    }

    /// Settings of a store over a connection to one server that the application has already, such as the driver's
    /// `MultiplexedConnection` or `ConnectionManager`.
    ///
    /// The store is as good as that connection: whether it comes back after an outage, follows a failover, or waits while
    /// the server is away, and whether it has `TCP_NODELAY` set, was decided when it was made. One that sends commands again by itself
    /// must not be used. A [URL](Self::builder) gives connections that are made for sessions.
    pub fn from_connection(connection: impl ConnectionLike + Clone + Send + Sync + 'static) -> RedisStoreBuilder {
        RedisStoreBuilder::of_connection(connection)
    }

    /// Settings of a store over a connection to a cluster that the application has already.
    ///
    /// It must have been built with `retries(0)`: else the driver sends commands whose answer was lost again by itself, so
    /// that an update could be made twice. Redirections are followed all the same.
    pub fn from_cluster_connection(connection: ClusterConnection) -> RedisStoreBuilder {
        RedisStoreBuilder::of_cluster(connection)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store for RedisStore {
    async fn create(
        &self,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Result<Created, StoreError> {
        self.sessions.create(key, record, signs_in, now).await
    }

    async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        self.sessions.load(key, now).await
    }

    async fn update(
        &self,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Result<Updated, StoreError> {
        self.sessions.update(key, record, expected, now).await
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

    /// Nothing is left to do: Redis removes what has ended by itself.
    async fn delete_expired(&self, _limit: usize, _now: Moment) -> Result<u64, StoreError> {
        Ok(0)
    }

    /// Reads the beginning of every session. One may be counted twice while Redis resizes its tables.
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
