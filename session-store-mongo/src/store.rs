//! The store, as the contract has it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use mongodb::options::ClientOptions;
use mongodb::{Client, Collection};
use session_batching::{Loads, Update, Updates, lanes_of};
use session_core::{
    Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, ScanCursor, Scanned, Store,
    StoreError, StoreKey, Touch, Touched, Updated,
};

use crate::connect_error::MongoConnectError;
use crate::sessions::Sessions;
use crate::settings::MongoStoreBuilder;

/// Sessions in MongoDB.
///
/// Clones are cheap and share their connections. `Debug` shows the names of database and collection, and no password.
///
/// ```no_run
/// use session_store_mongo::{MongoConnectError, MongoStore};
///
/// # async fn example() -> Result<(), MongoConnectError> {
/// let store = MongoStore::connect("mongodb://127.0.0.1:27017/shop").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MongoStore {
    sessions: Arc<Sessions>,
    loads: Loads<Sessions>,
    updates: Updates<Sessions>,
}

impl fmt::Debug for MongoStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MongoStore")
            .field("database", &self.sessions.database.name())
            .field("collection", &self.sessions.collection.name())
            .finish_non_exhaustive()
    }
}

impl MongoStore {
    pub(crate) fn new(sessions: Sessions) -> Self {
        let (connections, limit) = (sessions.line.free(), sessions.response_timeout);
        let lanes = lanes_of(connections);
        let sessions = Arc::new(sessions);
        Self {
            loads: Loads::new(Arc::clone(&sessions), lanes.clone(), limit),
            updates: Updates::new(Arc::clone(&sessions), lanes, limit),
            sessions,
        }
    }

    /// A store with the default settings at `url`: `mongodb://user:password@host:port,host:port/database?replicaSet=name`, with the
    /// options of MongoDB's connection strings, such as `tls=true` and `tlsCAFile=file`.
    ///
    /// # Errors
    ///
    /// [`MongoConnectError`] says what would be right.
    pub async fn connect(url: impl Into<String>) -> Result<Self, MongoConnectError> {
        Self::builder(url).connect().await
    }

    /// Settings of a store at `url`, which has the form that [`connect`](Self::connect) describes.
    pub fn builder(url: impl Into<String>) -> MongoStoreBuilder {
        MongoStoreBuilder::of_url(url.into())
    }

    /// Settings of a store that opens connections with these options of the driver.
    pub fn from_options(options: ClientOptions) -> MongoStoreBuilder {
        MongoStoreBuilder::of_options(options)
    }

    /// Settings of a store that uses a client of the application's, in the client's default database or another one.
    ///
    /// The client's own settings hold for its connections. Its `server_selection_timeout`, 30 seconds by default, should be shorter than
    /// [`response_timeout`](MongoStoreBuilder::response_timeout): else a write that only waited for a primary can't be told from one that was sent.
    /// Its read preference does not matter: sessions are read from the primary.
    pub fn from_client(client: Client) -> MongoStoreBuilder {
        MongoStoreBuilder::of_client(client)
    }

    /// Settings of a store in a collection of the application's, with its read and write concern; otherwise as
    /// [`from_client`](Self::from_client).
    pub fn from_collection<T: Send + Sync>(collection: &Collection<T>) -> MongoStoreBuilder {
        MongoStoreBuilder::of_collection(collection)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store for MongoStore {
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
        self.loads.load(key, now).await
    }

    async fn update(
        &self,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Result<Updated, StoreError> {
        let (key, record) = (*key, record.clone());
        let update = Update {
            key,
            record,
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

    /// Nothing is left to do: MongoDB removes what has ended by itself, an hour after its end.
    async fn delete_expired(&self, _limit: usize, _now: Moment) -> Result<u64, StoreError> {
        Ok(0)
    }

    /// Reads every document.
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
