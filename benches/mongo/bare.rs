//! The driver alone: what somebody would write who knew the store's documents by heart.

use std::sync::Arc;

use mongodb::bson::raw::{RawBinaryRef, RawBsonRef, cstr};
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, DateTime, RawDocumentBuf, doc};
use mongodb::options::{ClientOptions, CollectionOptions, ReadConcern, WriteConcern};
use mongodb::{Client, Collection};
use session_bench::{Contender, NOW, Newcomers, Session, Sessions};
use session_core::{Moment, Record, StoreKey};

/// The collection of sessions.
pub(crate) const COLLECTION: &str = "session_bench";
/// When the database may remove what it is given here: in the year 2100.
const REMOVE_AT: DateTime = DateTime::from_millis(4_102_444_800_000);

/// A collection as the store has it, with as many connections.
pub(crate) struct Bare {
    pub(crate) collection: Collection<RawDocumentBuf>,
}

impl Bare {
    pub(crate) async fn new(url: &str, connections: u32) -> Self {
        let mut options = ClientOptions::parse(url).await.unwrap();
        options.max_pool_size = Some(connections);
        let client = Client::with_options(options).unwrap();
        let options = CollectionOptions::builder()
            .read_concern(ReadConcern::local())
            .write_concern(WriteConcern::majority())
            .build();
        let database = client.default_database().unwrap();
        Self {
            collection: database.collection_with_options(COLLECTION, options),
        }
    }

    async fn load(&self, session: &Session) -> RawDocumentBuf {
        let found = self.collection.find_one(doc! { "_id": binary(&session.key) }).await;
        let found = found.unwrap().unwrap();
        assert_eq!(found.get_binary("data").unwrap().bytes, session.payload);
        found
    }

    /// Gives the session the next revision, if it has still the one of `found`.
    async fn update(&self, session: &Session, found: &RawDocumentBuf) {
        let expected = found.get_i64("revision").unwrap();
        let mut replacement = RawDocumentBuf::new();
        for element in found {
            let (name, value) = element.unwrap();
            match name.as_str() {
                "_id" => {}
                "revision" => replacement.append(name, expected + 1),
                _ => replacement.append(name, value),
            }
        }
        let living = doc! {
            "_id": binary(&session.key),
            "revision": expected,
            "expires": { "$gt": date(NOW) },
        };
        let replaced = self.collection.replace_one(living, &replacement).await.unwrap();
        assert_eq!(replaced.matched_count, 1);
    }

    async fn create(&self, key: &StoreKey, record: &Record) {
        let mut document = RawDocumentBuf::new();
        document.append(cstr!("_id"), generic(key.as_bytes()));
        document.append(cstr!("revision"), record.revision.as_u64().cast_signed());
        document.append(cstr!("created"), date(record.created_at));
        document.append(cstr!("lastSeen"), date(record.last_seen_at));
        document.append(cstr!("expires"), date(record.expires_at));
        document.append(cstr!("owner"), record.owner.as_ref().unwrap().as_str());
        document.append(cstr!("removeAt"), REMOVE_AT);
        document.append(cstr!("data"), generic(&record.payload));
        let created = self.collection.insert_one(&document).await.unwrap();
        assert!(matches!(created.inserted_id, mongodb::bson::Bson::Binary(id) if id.bytes == key.as_bytes()));
    }

    /// What has been created since the beginning. The store leaves that to the database, which is in no hurry.
    pub(crate) async fn remove_newcomers(&self) {
        let newcomers = doc! { "expires": date(Newcomers::expire_at()) };
        self.collection.delete_many(newcomers).await.unwrap();
    }
}

fn binary(key: &StoreKey) -> Binary {
    Binary {
        subtype: BinarySubtype::Generic,
        bytes: key.as_bytes().to_vec(),
    }
}

fn generic(bytes: &[u8]) -> RawBsonRef<'_> {
    RawBsonRef::Binary(RawBinaryRef {
        subtype: BinarySubtype::Generic,
        bytes,
    })
}

fn date(moment: Moment) -> DateTime {
    DateTime::from_millis(moment.as_millis().cast_signed())
}

pub(crate) struct BareLoad {
    bare: Arc<Bare>,
    sessions: Arc<Sessions>,
}

impl BareLoad {
    pub(crate) fn new(bare: &Arc<Bare>, sessions: &Arc<Sessions>) -> Self {
        Self {
            bare: Arc::clone(bare),
            sessions: Arc::clone(sessions),
        }
    }
}

impl Contender for BareLoad {
    async fn operate(&self, item: usize) {
        self.bare.load(self.sessions.get(item)).await;
    }
}

pub(crate) struct BareUpdate {
    bare: Arc<Bare>,
    sessions: Arc<Sessions>,
}

impl BareUpdate {
    pub(crate) fn new(bare: &Arc<Bare>, sessions: &Arc<Sessions>) -> Self {
        Self {
            bare: Arc::clone(bare),
            sessions: Arc::clone(sessions),
        }
    }
}

impl Contender for BareUpdate {
    async fn operate(&self, item: usize) {
        let session = self.sessions.get(item);
        let found = self.bare.load(session).await;
        self.bare.update(session, &found).await;
    }
}

pub(crate) struct BareCreate {
    bare: Arc<Bare>,
    newcomers: Arc<Newcomers>,
}

impl BareCreate {
    pub(crate) fn new(bare: &Arc<Bare>, newcomers: &Arc<Newcomers>) -> Self {
        Self {
            bare: Arc::clone(bare),
            newcomers: Arc::clone(newcomers),
        }
    }
}

impl Contender for BareCreate {
    async fn operate(&self, _item: usize) {
        let (key, record) = self.newcomers.next();
        self.bare.create(&key, &record).await;
    }
}
