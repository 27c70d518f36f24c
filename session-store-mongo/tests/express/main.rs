//! Sessions shared with connect-mongodb-session and connect-mongo, past which these tests write what they might.

#![cfg(feature = "express")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod commands;
mod documents;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::{Bson, DateTime, Document, doc, serialize_to_bson};
use session_conformance::express::Subject;
use session_core::ExpressStore;
use session_store_mongo::{ConnectMongoStore, ConnectMongodbSessionStore, MongoStore, MongoStoreBuilder};

use support::{LIMIT, collection, documents, variable};

const HOUR: i64 = 3_600_000;

struct OnMongo<S> {
    documents: Collection<Document>,
    keeps_text: bool,
    store: S,
}

/// A collection of its own, and the settings of a store there.
async fn place(name: &str) -> (Collection<Document>, MongoStoreBuilder) {
    let (url, collection) = (variable(name), collection());
    let documents = documents(&url, &collection).await;
    let builder = MongoStore::builder(url).collection(collection);
    (
        documents,
        builder.connections(8).connect_timeout(LIMIT).response_timeout(LIMIT),
    )
}

async fn mongodb_session(name: &str) -> OnMongo<ConnectMongodbSessionStore> {
    let (documents, builder) = place(name).await;
    OnMongo {
        documents,
        keeps_text: false,
        store: ConnectMongodbSessionStore::open(builder).await.unwrap(),
    }
}

async fn connect_mongo(name: &str) -> OnMongo<ConnectMongoStore> {
    let (documents, builder) = place(name).await;
    OnMongo {
        documents,
        keeps_text: true,
        store: ConnectMongoStore::open(builder).await.unwrap(),
    }
}

async fn connect_mongo_embedded(name: &str) -> OnMongo<ConnectMongoStore> {
    let (documents, builder) = place(name).await;
    let store = ConnectMongoStore::open(builder).await.unwrap();
    OnMongo {
        documents,
        keeps_text: false,
        store: store.embedded().timestamps().touch_after(Duration::from_secs(1)),
    }
}

impl<S: ExpressStore + Clone> Subject for OnMongo<S> {
    type Store = S;

    fn store(&self) -> S {
        self.store.clone()
    }

    async fn write(&self, sid: &str, text: &str) {
        let value = match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value) if !self.keeps_text => serialize_to_bson(&value).unwrap(),
            Ok(_) | Err(_) => Bson::String(text.to_owned()),
        };
        let end = DateTime::from_millis(DateTime::now().timestamp_millis() + HOUR);
        let written =
            doc! { "$set": { "session": value, "expires": end, "unknown": true }, "$unset": { "lastModified": "" } };
        let updated = self.documents.update_one(doc! { "_id": sid }, written).upsert(true);
        updated.await.unwrap();
    }

    async fn remove(&self, sid: &str) {
        self.documents.delete_one(doc! { "_id": sid }).await.unwrap();
    }

    async fn persist(&self, sid: &str) {
        let endless = doc! { "$unset": { "expires": "", "lastModified": "" } };
        self.documents.update_one(doc! { "_id": sid }, endless).await.unwrap();
    }

    async fn end(&self, sid: &str) {
        let just_now = DateTime::from_millis(DateTime::now().timestamp_millis() - 1);
        let ended = doc! { "$set": { "expires": just_now } };
        self.documents.update_one(doc! { "_id": sid }, ended).await.unwrap();
    }

    async fn read(&self, sid: &str) -> Option<String> {
        let document = self.documents.find_one(doc! { "_id": sid }).await.unwrap()?;
        let value = document.get("session").unwrap();
        Some(match value.as_str() {
            Some(text) => text.to_owned(),
            None => serde_json::to_string(&plain(value)).unwrap(),
        })
    }

    async fn beside(&self, sid: &str) -> Option<String> {
        let document = self.documents.find_one(doc! { "_id": sid }).await.unwrap()?;
        Some(document.get("unknown")?.to_string())
    }

    async fn left(&self, sid: &str) -> Duration {
        let document = self.documents.find_one(doc! { "_id": sid }).await.unwrap().unwrap();
        let Some(end) = document.get("expires") else {
            return Duration::MAX;
        };
        let end = end.as_datetime().unwrap().timestamp_millis();
        Duration::from_millis(u64::try_from(end - DateTime::now().timestamp_millis()).unwrap())
    }

    async fn count(&self) -> u64 {
        self.documents.count_documents(doc! {}).await.unwrap()
    }

    fn keeps_text(&self) -> bool {
        self.keeps_text
    }
}

/// With dates as texts.
fn plain(value: &Bson) -> serde_json::Value {
    if let Some(document) = value.as_document() {
        return document
            .iter()
            .map(|(name, value)| (name.clone(), plain(value)))
            .collect();
    }
    if let Some(date) = value.as_datetime() {
        return date.try_to_rfc3339_string().unwrap().into();
    }
    match value.as_array() {
        Some(items) => items.iter().map(plain).collect(),
        None => serde_json::to_value(value).unwrap(),
    }
}

macro_rules! on {
    ($($name:ident: $subject:expr;)*) => {$(
        mod $name {
            use super::*;

            session_conformance::express_contract!(async { $subject.await });
        }
    )*};
}

on! {
    mongodb_session_alone: mongodb_session("SESSION_KIT_MONGO_URL");
    mongodb_session_on_three: mongodb_session("SESSION_KIT_MONGO_REPLICAS_URL");
    connect_mongo_alone: connect_mongo("SESSION_KIT_MONGO_URL");
    connect_mongo_on_three: connect_mongo("SESSION_KIT_MONGO_REPLICAS_URL");
    connect_mongo_embedded_alone: connect_mongo_embedded("SESSION_KIT_MONGO_URL");
}
