//! Indexes that are there before the store, and are its own, will do, or are in the way.

use mongodb::Collection;
use mongodb::bson::{Document, doc};
use session_store_mongo::{MongoConnectError, MongoStoreBuilder};

use crate::support::session::{create, new_owner, owned, record};
use crate::support::{collection, documents, dump, variable};
use crate::{at, refused};

/// A collection with one index, and nothing else.
async fn with(index: Document) -> (Collection<Document>, impl Fn() -> MongoStoreBuilder) {
    let (url, name) = (variable("SESSION_KIT_MONGO_URL"), collection());
    let documents = documents(&url, &name).await;
    make(&documents, index).await;
    (documents, move || at(&url).collection(&name))
}

/// As it stands, past what the driver knows of indexes.
async fn make(documents: &Collection<Document>, index: Document) {
    let client = documents.client().clone();
    let make = doc! { "createIndexes": documents.name(), "indexes": [index] };
    client.database("session").run_command(make).await.unwrap();
}

async fn raw_indexes(documents: &Collection<Document>) -> Vec<Document> {
    let list = doc! { "listIndexes": documents.name() };
    let list = documents.client().database("session").run_command(list).await.unwrap();
    let indexes = list.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    indexes
        .iter()
        .map(|index| index.as_document().unwrap().clone())
        .collect()
}

#[tokio::test]
async fn an_index_that_is_in_the_way_is_left_as_it_is_and_told() {
    for (field, index) in [
        // It would never remove anything.
        ("removeAt", doc! { "key": { "removeAt": 1 }, "name": "removeAt_1" }),
        ("removeAt", doc! { "key": { "removeAt": 1 }, "name": "mine" }),
        // Nor what lives.
        (
            "removeAt",
            doc! { "key": { "removeAt": 1 }, "name": "removeAt_1", "expireAfterSeconds": 0,
            "partialFilterExpression": { "deleted": true } },
        ),
        // On another field.
        ("removeAt", doc! { "key": { "expires": 1 }, "name": "removeAt_1" }),
        ("owner", doc! { "key": { "created": 1 }, "name": "owner_1" }),
        // Nobody could have two sessions.
        (
            "owner",
            doc! { "key": { "owner": 1 }, "name": "owner_1", "unique": true, "sparse": true },
        ),
        (
            "owner",
            doc! { "key": { "owner": 1 }, "name": "owner_1", "expireAfterSeconds": 60 },
        ),
        (
            "owner",
            doc! { "key": { "owner": 1 }, "name": "owner_1", "partialFilterExpression": { "revision": { "$exists": true } } },
        ),
    ] {
        let (documents, store) = with(index.clone()).await;
        let before = raw_indexes(&documents).await;
        let words = [
            "has an index that is in the way of the one on",
            field,
            "once it is dropped",
        ];
        let error = refused(store(), &words).await;
        let MongoConnectError::IndexInTheWay { command, .. } = error else {
            panic!("{index}: {error:?}");
        };
        assert!(command.contains(field), "{command}");
        assert!(raw_indexes(&documents).await.starts_with(&before), "{index}");
        // Whoever only looks finds that it is not there.
        let error = refused(store().without_index_creation(), &["has no index on `"]).await;
        assert!(
            matches!(error, MongoConnectError::MissingIndex { .. }),
            "{index}: {error:?}"
        );
        assert_eq!(dump(&documents).await, []);
        // What was said helps.
        documents.drop_index(index.get_str("name").unwrap()).await.unwrap();
        drop(store().connect().await.unwrap());
        drop(store().without_index_creation().connect().await.unwrap());
    }
}

/// Of another name, with a number as another shell has it, or with options that do no harm.
#[tokio::test]
async fn an_index_that_will_do_is_left_as_it_is_and_used() {
    for index in [
        doc! { "key": { "removeAt": 1 }, "name": "mine", "expireAfterSeconds": 0 },
        doc! { "key": { "removeAt": 1.0 }, "name": "removeAt_1", "expireAfterSeconds": 0.0 },
        doc! { "key": { "removeAt": 1_i64 }, "name": "removeAt_1", "expireAfterSeconds": 0_i64 },
        doc! { "key": { "removeAt": 1 }, "name": "removeAt_1", "expireAfterSeconds": 60 },
        doc! { "key": { "removeAt": 1 }, "name": "removeAt_1", "expireAfterSeconds": 0, "sparse": true },
        doc! { "key": { "owner": 1 }, "name": "mine", "sparse": true },
        doc! { "key": { "owner": 1.0 }, "name": "owner_1", "sparse": true },
        doc! { "key": { "owner": 1 }, "name": "owner_1" },
        doc! { "key": { "owner": 1, "created": 1 }, "name": "owner_created" },
    ] {
        let (documents, store) = with(index.clone()).await;
        let before = raw_indexes(&documents).await;
        let first = store()
            .connect()
            .await
            .unwrap_or_else(|error| panic!("{index}: {}", crate::chain(&error)));
        let looking = store().without_index_creation().connect().await;
        drop(looking.unwrap_or_else(|error| panic!("{index}: {}", crate::chain(&error))));
        assert!(raw_indexes(&documents).await.starts_with(&before), "{index}");
        let owner = new_owner();
        create(&first, &owned(record(1), &owner)).await;
        create(&first, &owned(record(1), &owner)).await;
    }
}

#[tokio::test]
async fn the_commands_that_the_documentation_gives_make_what_the_store_makes() {
    let documentation = include_str!("../../src/lib.rs");
    let (url, name) = (variable("SESSION_KIT_MONGO_URL"), collection());
    drop(at(&url).collection(&name).connect().await.unwrap());
    let made = raw_indexes(&documents(&url, &name).await).await;
    let commands: Vec<_> = made[1..]
        .iter()
        .map(|index| {
            let (field, _) = index.get_document("key").unwrap().iter().next().unwrap();
            let options = match index.get_i32("expireAfterSeconds") {
                Ok(seconds) => format!("expireAfterSeconds: {seconds}"),
                Err(_) => format!("sparse: {}", index.get_bool("sparse").unwrap()),
            };
            format!("//! db.session_kit.createIndex({{{field}: 1}}, {{{options}}})")
        })
        .collect();
    let documented = documentation.lines().filter(|line| line.contains("createIndex("));
    assert_eq!(documented.collect::<Vec<_>>(), commands);
}
