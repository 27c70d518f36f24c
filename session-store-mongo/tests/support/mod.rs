//! The servers that `scripts/services` has started, and those that tests start themselves.

#![allow(
    dead_code,
    unused_imports,
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and none needs everything"
)]

pub(crate) mod monitor;
pub(crate) mod protocol;
pub(crate) mod server;

use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use mongodb::bson::{Document, doc};
use mongodb::{Client, Collection};
use session_store_mongo::{MongoStore, MongoStoreBuilder};
pub(crate) use session_test_support::{chain, load, other_process, patience, proxy, session, storm, variable, visitor};

/// For stores whose answers are looked at, not their pace: the machine may be busy.
pub(crate) const LIMIT: Duration = Duration::from_secs(10);

/// A name that nobody else has, for a collection.
pub(crate) fn collection() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("c{}_{number}", process::id())
}

/// A store of its own on the servers whose URL has this name.
pub(crate) fn builder(name: &str) -> MongoStoreBuilder {
    at(variable(name))
}

pub(crate) fn at(url: String) -> MongoStoreBuilder {
    MongoStore::builder(url)
        .collection(collection())
        .connections(8)
        .connect_timeout(LIMIT)
        .response_timeout(LIMIT)
}

/// What a store has in a collection, past the store.
pub(crate) async fn documents(url: &str, collection: &str) -> Collection<Document> {
    let client = Client::with_uri_str(url).await.unwrap();
    client.database("session").collection(collection)
}

/// All of it, in the order of the keys.
pub(crate) async fn dump(documents: &Collection<Document>) -> Vec<Document> {
    let found = documents.find(doc! {}).sort(doc! { "_id": 1 });
    found.await.unwrap().try_collect().await.unwrap()
}
