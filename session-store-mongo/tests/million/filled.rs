//! Collections with many sessions.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use mongodb::bson::{Document, RawArrayBuf, RawDocumentBuf, doc, rawdoc};
use mongodb::{Client, Database};
use session_core::{Owner, Record, StoreKey};
use session_store_mongo::MongoStore;
use tokio::time::Instant;

use crate::support::monitor::Monitor;
use crate::support::session::{create, found, owner, record};
use crate::support::{LIMIT, collection, variable};

/// How many keys are remembered.
const KEYS: usize = 1_000;
/// How many documents a command brings, and how many of those commands are under way.
const BATCH: u32 = 10_000;
const AT_ONCE: usize = 2;
/// One session in ten is signed in, and an owner has ten.
const SIGNED_IN: u32 = 10;
const OWNED: u32 = 100;

pub(crate) struct Filled {
    pub(crate) collection: String,
    pub(crate) database: Database,
    pub(crate) store: MongoStore,
    pub(crate) monitor: Monitor,
    /// Some of theirs.
    pub(crate) keys: Vec<StoreKey>,
}

impl Filled {
    pub(crate) async fn with(number: u32) -> Self {
        let (url, collection) = (variable("SESSION_KIT_MONGO_URL"), collection());
        let monitor = Monitor::default();
        let store = MongoStore::from_options(monitor.options(&url).await).collection(&collection);
        let mut filled = Self {
            database: Client::with_uri_str(url).await.unwrap().database("session"),
            store: store.response_timeout(LIMIT).connect().await.unwrap(),
            collection,
            monitor,
            keys: Vec::new(),
        };
        let begin = Instant::now();
        filled.fill(number).await;
        println!("{number} sessions in {:?}: {}", begin.elapsed(), filled.size().await);
        filled
    }

    /// With copies of what the store itself has written, under other keys and of other owners.
    async fn fill(&mut self, number: u32) {
        let plain = Template::of(self, None).await;
        let signed_in = Template::of(self, Some(&owner_of(0))).await;
        let (database, collection) = (&self.database, &self.collection);
        let batches = (0..number).step_by(BATCH as usize).map(|first| {
            let mut documents = RawArrayBuf::new();
            for place in first..number.min(first + BATCH) {
                let template = if place % SIGNED_IN == 0 { &signed_in } else { &plain };
                documents.push(template.document(&key(place, number), &owner_of(place)));
            }
            let insert = rawdoc! {
                "insert": collection.as_str(),
                "documents": documents,
                "ordered": false,
                "writeConcern": { "w": 1 },
            };
            async move {
                let answer = database.run_raw_command(insert).await.unwrap();
                assert!(!answer.contains_key("writeErrors"), "{answer}");
            }
        });
        stream::iter(batches).buffer_unordered(AT_ONCE).collect::<()>().await;
        // Of nobody.
        let places = (1..number).step_by(number as usize / KEYS);
        self.keys = places.map(|place| key(place, number)).collect();
    }

    async fn size(&self) -> String {
        let statistics = doc! { "collStats": &self.collection, "scale": 1 << 20 };
        let statistics = self.database.run_command(statistics).await.unwrap();
        let size = |name| statistics.get(name).map(ToString::to_string).unwrap_or_default();
        let (whole, stored, indexes) = (size("size"), size("storageSize"), size("totalIndexSize"));
        format!("{whole} MiB, {stored} MiB on disk and {indexes} MiB of indexes")
    }

    pub(crate) async fn load(&self, key: &StoreKey) -> Duration {
        let begin = Instant::now();
        found(&self.store, key).await;
        begin.elapsed()
    }

    pub(crate) async fn drop(self) {
        let collection = self.database.collection::<Document>(&self.collection);
        collection.drop().await.unwrap();
    }
}

/// Well spread, and in their order, so that they are inserted quickly.
fn key(place: u32, number: u32) -> StoreKey {
    let mut key = [0x5a; 32];
    let begin = u64::from(place) * (u64::MAX / u64::from(number));
    key[..8].copy_from_slice(&begin.to_be_bytes());
    StoreKey::from_bytes(key)
}

/// If it is signed in. All names have the same length.
pub(crate) fn owner_of(place: u32) -> Owner {
    owner(&format!("owner-{:06}", place / OWNED))
}

/// A document as the store writes it.
struct Template {
    bytes: Vec<u8>,
    key: usize,
    owner: Option<usize>,
}

impl Template {
    async fn of(filled: &Filled, owner: Option<&Owner>) -> Self {
        let record = Record {
            payload: vec![b'x'; 140].into(),
            owner: owner.cloned(),
            ..record(1)
        };
        let key = create(&filled.store, &record).await;
        let documents = filled.database.collection::<RawDocumentBuf>(&filled.collection);
        let document = documents.find_one(doc! {}).await.unwrap().unwrap();
        documents.delete_many(doc! {}).await.unwrap();
        let bytes = document.into_bytes();
        let place_of = |part: &[u8]| bytes.windows(part.len()).position(|window| window == part).unwrap();
        Self {
            key: place_of(key.as_bytes()),
            owner: owner.map(|owner| place_of(owner.as_str().as_bytes())),
            bytes,
        }
    }

    fn document(&self, key: &StoreKey, owner: &Owner) -> RawDocumentBuf {
        let mut bytes = self.bytes.clone();
        bytes[self.key..][..32].copy_from_slice(key.as_bytes());
        if let Some(place) = self.owner {
            let name = owner.as_str().as_bytes();
            bytes[place..][..name.len()].copy_from_slice(name);
        }
        RawDocumentBuf::from_bytes(bytes).unwrap()
    }
}
