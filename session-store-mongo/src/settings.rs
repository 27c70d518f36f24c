//! Which database, and how to talk to it.

use std::fmt;
use std::time::Duration;

use mongodb::options::{ClientOptions, ReadConcern, WriteConcern};
use mongodb::{Client, Collection};

use crate::limits::Limits;

/// Settings of a [`MongoStore`](crate::MongoStore).
///
/// ```no_run
/// use session_store_mongo::{MongoConnectError, MongoStore};
/// use std::time::Duration;
///
/// # async fn example() -> Result<(), MongoConnectError> {
/// let store = MongoStore::builder("mongodb://shop:password@a.example,b.example,c.example/shop?replicaSet=shop&tls=true")
///     .collection("session")
///     .connections(50)
///     .response_timeout(Duration::from_secs(1))
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct MongoStoreBuilder {
    pub(crate) target: Target,
    pub(crate) database: Option<String>,
    pub(crate) collection: Option<String>,
    pub(crate) limits: Limits,
    pub(crate) creates_indexes: bool,
}

/// Where the store is to be.
pub(crate) enum Target {
    Url(String),
    Options(Box<ClientOptions>),
    Client(Client, Concerns),
}

/// What reads may see, and when a write is done, where the application has said so.
#[derive(Clone, Default)]
pub(crate) struct Concerns {
    pub(crate) read: Option<ReadConcern>,
    pub(crate) write: Option<WriteConcern>,
}

impl fmt::Debug for MongoStoreBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MongoStoreBuilder")
            .field("database", &self.database)
            .field("collection", &self.collection)
            .field("limits", &self.limits)
            .field("creates_indexes", &self.creates_indexes)
            .finish_non_exhaustive()
    }
}

impl MongoStoreBuilder {
    fn new(target: Target) -> Self {
        Self {
            target,
            database: None,
            collection: None,
            limits: Limits::default(),
            creates_indexes: true,
        }
    }

    pub(crate) fn of_url(url: String) -> Self {
        Self::new(Target::Url(url))
    }

    pub(crate) fn of_options(options: ClientOptions) -> Self {
        Self::new(Target::Options(Box::new(options)))
    }

    pub(crate) fn of_client(client: Client) -> Self {
        let concerns = Concerns {
            read: client.read_concern().cloned(),
            write: client.write_concern().cloned(),
        };
        let database = client.default_database().map(|database| database.name().to_owned());
        Self {
            database,
            ..Self::new(Target::Client(client, concerns))
        }
    }

    pub(crate) fn of_collection<T: Send + Sync>(collection: &Collection<T>) -> Self {
        let concerns = Concerns {
            read: collection.read_concern().cloned(),
            write: collection.write_concern().cloned(),
        };
        let namespace = collection.namespace();
        Self {
            database: Some(namespace.db),
            collection: Some(namespace.coll),
            ..Self::new(Target::Client(collection.client().clone(), concerns))
        }
    }

    /// The name of the database, by default the one at the end of the URL.
    pub fn database(mut self, name: impl Into<String>) -> Self {
        self.database = Some(name.into());
        self
    }

    /// The name of the collection, by default `session_kit`, and `sessions` where an Express app shares it. Nothing else may be
    /// in it.
    pub fn collection(mut self, name: impl Into<String>) -> Self {
        self.collection = Some(name.into());
        self
    }

    /// How many connections to open to each node, 1 to 1000, by default `maxPoolSize` of the URL, or else 32.
    ///
    /// Each carries one command at a time; callers beyond them wait in line. They are opened when they are first needed, as many at a
    /// time as it takes unless `maxConnecting` says less, and closed after `maxIdleTimeMS`, by default five minutes, without work.
    ///
    /// A client of the application's has its own, of which sessions then take at most so many at once; without this, all. Its
    /// `maxConnecting` should be its `maxPoolSize`: with the driver's default of two, callers who waited in vain for a server that hangs still
    /// hold up the others for some seconds when it is back.
    pub const fn connections(mut self, connections: u32) -> Self {
        self.limits.connections = Some(connections);
        self
    }

    /// How long opening a connection may take: 10 ms to 1 minute, by default `connectTimeoutMS` of the URL, or else one second. A client of
    /// the application's has its own limit.
    pub const fn connect_timeout(mut self, limit: Duration) -> Self {
        self.limits.connect_timeout = Some(limit);
        self
    }

    /// How long an operation may take, with the wait for a connection or for a primary, and with what the driver sends again: 10 ms
    /// to 1 minute, by default two seconds.
    ///
    /// It should be shorter than the manager's `operation_timeout`, so that there is time to try again. The wait for a primary
    /// (`serverSelectionTimeoutMS`) takes at most three quarters of it; a client of the application's should have such a limit, too.
    pub const fn response_timeout(mut self, limit: Duration) -> Self {
        self.limits.response_timeout = limit;
        self
    }

    /// The indexes are made by somebody else, with the two commands that stand in the documentation of this crate.
    ///
    /// Without this the store makes them when it connects, if they are not there; any number of nodes may start at once.
    pub const fn without_index_creation(mut self) -> Self {
        self.creates_indexes = false;
        self
    }
}
