//! From settings to a store.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use mongodb::bson::{Document, RawDocumentBuf, doc, rawdoc, serialize_to_raw_document_buf};
use mongodb::options::{
    Acknowledgment, ClientOptions, CollectionOptions, ReadConcern, ReadConcernLevel, ReadPreference, SelectionCriteria,
    WriteConcern,
};
use mongodb::{Client, Collection};
use session_core::{Clock as _, ConfigError, Moment, StoreKey, SystemClock};

use crate::connect_error::MongoConnectError;
use crate::document;
use crate::line::Line;
use crate::names::{check_collection, check_database};
use crate::sessions::Sessions;
use crate::settings::{Concerns, MongoStoreBuilder, Target};
use crate::statements::Statements;
use crate::store::MongoStore;
use crate::stored;
use crate::url::parse;

const COLLECTION: &str = "session_kit";
const APPLICATION: &str = "session-kit";
/// Half of the time that what has ended is kept.
const MOST_BETWEEN_CLOCKS: Duration = Duration::from_secs(30 * 60);
/// How many documents of a collection are looked at.
const SAMPLE: i64 = 16;

impl MongoStoreBuilder {
    /// The store, once the database has answered, holds nothing that is not ours, has the indexes, and lets this user work.
    ///
    /// Must be called on a tokio runtime, which has to live as long as the store: the driver's connections belong to it.
    ///
    /// # Errors
    ///
    /// [`MongoConnectError`] says what would be right.
    pub async fn connect(self) -> Result<MongoStore, MongoConnectError> {
        let creates_indexes = self.creates_indexes;
        let sessions = self.open(COLLECTION).await?;
        sessions.prepare(creates_indexes).await?;
        Ok(MongoStore::new(sessions))
    }

    /// The place of the sessions, of which nobody has asked the database yet.
    pub(crate) async fn open(self, default_collection: &str) -> Result<Sessions, MongoConnectError> {
        let Self {
            target,
            database,
            collection,
            limits,
            ..
        } = self;
        limits.check()?;
        let collection = collection.unwrap_or_else(|| default_collection.to_owned());
        check_collection(&collection)?;
        let Opened {
            client,
            concerns,
            database: of_url,
            connections,
        } = match target {
            Target::Client(client, concerns) => Opened {
                client,
                concerns,
                database: None,
                connections: limits.connections,
            },
            Target::Options(mut options) => {
                limits.apply(&mut options);
                open(*options)?
            }
            Target::Url(url) => {
                let mut options = parse(&url).await?;
                limits.apply(&mut options);
                open(options)?
            }
        };
        let database = database.or(of_url).ok_or(MongoConnectError::NoDatabase)?;
        check_database(&database)?;
        let database = client.database(&database);
        let (collection, write_concern) = with_concerns(&database, &collection, concerns)?;
        Ok(Sessions {
            collection,
            database,
            write_concern,
            response_timeout: limits.response_timeout,
            line: Line::new(connections),
        })
    }
}

struct Opened {
    client: Client,
    concerns: Concerns,
    /// What the URL names.
    database: Option<String>,
    /// The most that are used at once, where that is known.
    connections: Option<u32>,
}

fn open(mut options: ClientOptions) -> Result<Opened, MongoConnectError> {
    options.app_name = options.app_name.or_else(|| Some(APPLICATION.to_owned()));
    let concerns = Concerns {
        read: options.read_concern.clone(),
        write: options.write_concern.clone(),
    };
    let database = options.default_database.clone();
    // None at all is what MongoDB calls no bound.
    let connections = options.max_pool_size.filter(|connections| *connections > 0);
    let client = Client::with_options(options).map_err(MongoConnectError::of_options)?;
    Ok(Opened {
        client,
        concerns,
        database,
        connections,
    })
}

/// The collection, read from the primary whatever the client says: a write must be seen by whoever reads after it.
fn with_concerns(
    database: &mongodb::Database,
    name: &str,
    concerns: Concerns,
) -> Result<(Collection<RawDocumentBuf>, RawDocumentBuf), MongoConnectError> {
    // A time limit alone says nothing of how many nodes there should be.
    let mut write = concerns.write.unwrap_or_default();
    write.w = write.w.or(Some(Acknowledgment::Majority));
    let read = concerns.read.unwrap_or_else(ReadConcern::local);
    check_concerns(&read, &write)?;
    let raw = serialize_to_raw_document_buf(&write).map_err(|error| MongoConnectError::Unreachable(error.into()))?;
    let options = CollectionOptions::builder()
        .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
        .read_concern(read)
        .write_concern(write)
        .build();
    Ok((database.collection_with_options(name, options), raw))
}

fn check_concerns(read: &ReadConcern, write: &WriteConcern) -> Result<(), ConfigError> {
    if write.w == Some(Acknowledgment::Nodes(0)) {
        return Err(ConfigError::Bounds {
            setting: "the write concern",
            value: "unacknowledged (`w=0`)".to_owned(),
            bounds: "an acknowledgement, best of a majority",
        });
    }
    let is_possible = matches!(
        read.level,
        ReadConcernLevel::Local | ReadConcernLevel::Majority | ReadConcernLevel::Linearizable
    );
    if is_possible {
        return Ok(());
    }
    Err(ConfigError::Bounds {
        setting: "the read concern",
        value: "none that a session can be read with".to_owned(),
        bounds: "`local`, `majority` or `linearizable`",
    })
}

impl Sessions {
    async fn prepare(&self, creates_indexes: bool) -> Result<(), MongoConnectError> {
        self.check_server().await?;
        self.check_documents().await?;
        if creates_indexes {
            self.create_indexes().await?;
        } else {
            self.check_indexes().await?;
        }
        self.check_writes().await
    }

    /// That it takes writes, and removes by a clock that is hardly another one.
    pub(crate) async fn check_server(&self) -> Result<(), MongoConnectError> {
        let hello = self.deadline().of(self.database.run_command(doc! { "hello": 1 })).await;
        let hello = hello.map_err(MongoConnectError::of_failure)?;
        if !hello.get_bool("isWritablePrimary").unwrap_or(true) {
            return Err(MongoConnectError::NotPrimary);
        }
        check_clocks(&hello)
    }

    /// Looks at some of what is there, before anything is done to it.
    async fn check_documents(&self) -> Result<(), MongoConnectError> {
        let sample = async {
            let found = self.collection.find(doc! {}).projection(stored::all_but_data());
            found.limit(SAMPLE).await?.try_collect::<Vec<_>>().await
        };
        let sample = self.deadline().of(sample).await;
        for found in sample.map_err(MongoConnectError::of_failure)? {
            stored::check(&found).map_err(|invalid| MongoConnectError::foreign(self.collection.name(), invalid))?;
        }
        Ok(())
    }

    /// Writes and removes what means nothing, which needs all that the store needs, a majority of nodes too. Meanwhile the server says
    /// whether it takes different names for the same.
    async fn check_writes(&self) -> Result<(), MongoConnectError> {
        let nobody = StoreKey::from_bytes([0; 32]);
        let now = SystemClock.now();
        let write = || {
            // The type's name is `bool`, which comes before a capital letter in dictionaries only.
            let has_collation =
                rawdoc! { "_id": document::binary(&nobody), "$expr": { "$lt": [{ "$type": "$deleted" }, "C"] } };
            let statements = Statements::new().insert(&nobody, document::tombstone(now));
            statements.stop_if(has_collation)
        };
        let written = self.run(write, self.deadline()).await;
        let written = written.map_err(MongoConnectError::of_failure)?;
        let removal = self
            .collection
            .delete_one(doc! { "_id": document::binary(&nobody), "deleted": true });
        let removed = self.deadline().of(removal).await;
        removed.map_err(MongoConnectError::of_failure)?;
        if written.stopped_by.is_some() {
            return Err(MongoConnectError::Collation {
                collection: self.collection.name().to_owned(),
            });
        }
        Ok(())
    }
}

fn check_clocks(hello: &Document) -> Result<(), MongoConnectError> {
    let now = SystemClock.now();
    let theirs = hello.get_datetime("localTime").ok();
    let theirs = theirs.and_then(|theirs| u64::try_from(theirs.timestamp_millis()).ok());
    let theirs = theirs.map_or(now, Moment::from_millis);
    let by = theirs.since(now).max(now.since(theirs));
    if by > MOST_BETWEEN_CLOCKS {
        let limit = MOST_BETWEEN_CLOCKS;
        return Err(MongoConnectError::ClocksDiffer { by, limit });
    }
    Ok(())
}
