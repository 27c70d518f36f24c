//! Collections that hold something else: they are refused and left alone.

use mongodb::Collection;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, DateTime, Document, doc};
use session_core::Store as _;
use session_store_mongo::MongoConnectError;

use crate::support::session::{NOW, counting, create};
use crate::support::{collection, documents, dump, variable};
use crate::{at, refused};

/// What others keep, and what ours would look like to a quick glance.
fn foreign() -> Vec<(&'static str, Document)> {
    let (id, date) = (ObjectId::new(), DateTime::from_millis(4_000_000_000_000));
    let bytes = |length| Binary {
        subtype: BinarySubtype::Generic,
        bytes: vec![7; length],
    };
    let uuid = Binary {
        subtype: BinarySubtype::Uuid,
        bytes: vec![7; 16],
    };
    vec![
        (
            "connect-mongodb-session",
            doc! { "_id": "J0nE9", "expires": date, "session": { "cookie": { "path": "/" }, "user": "ann" } },
        ),
        (
            "connect-mongo",
            doc! { "_id": "J0nE9", "expires": date, "session": "{\"user\":\"ann\"}" },
        ),
        ("an application", doc! { "_id": id, "owner": "ann", "items": [1, 2] }),
        ("an application's deadlines", doc! { "_id": id, "cutOff": date }),
        (
            "an application's versions",
            doc! { "_id": id, "revision": 7_i64, "expires": date },
        ),
        ("an application's UUIDs", doc! { "_id": uuid, "deleted": true }),
        ("somebody's hashes", doc! { "_id": bytes(32), "name": "ann" }),
        ("somebody's other hashes", doc! { "_id": bytes(20), "deleted": true }),
        (
            "a record without data",
            doc! { "_id": bytes(32), "revision": 7_i64, "expires": date },
        ),
        (
            "somebody's hashes with versions",
            doc! { "_id": bytes(32), "revision": "7", "created": date, "lastSeen": date, "expires": date },
        ),
        (
            "a mark to nowhere",
            doc! { "_id": bytes(32), "successor": "there", "expires": date },
        ),
        (
            "a cut-off that is none",
            doc! { "_id": "cut-off:ann", "cutOff": "today" },
        ),
    ]
}

#[tokio::test]
async fn what_is_not_ours_is_left_as_it_is() {
    for (what, document) in foreign() {
        let name = collection();
        let documents = documents(&variable("SESSION_KIT_MONGO_URL"), &name).await;
        documents.insert_one(&document).await.unwrap();
        is_refused_and_left_alone(&documents, what).await;
    }
}

/// A full copy of it and of its indexes is the same before and after.
async fn is_refused_and_left_alone(documents: &Collection<Document>, what: &str) {
    let name = documents.name();
    let (before, indexes) = (dump(documents).await, documents.list_index_names().await.unwrap());
    let store = || at(variable("SESSION_KIT_MONGO_URL")).collection(name);
    for store in [store(), store().without_index_creation()] {
        let words = [
            name,
            "is not one of session-kit's",
            "needs another name",
            "the document",
        ];
        let error = refused(store, &words).await;
        let is_told = matches!(error, MongoConnectError::ForeignCollection { .. });
        assert!(is_told, "{what}: {error:?}");
    }
    assert_eq!(dump(documents).await, before, "{what}");
    assert_eq!(documents.list_index_names().await.unwrap(), indexes, "{what}");
}

#[tokio::test]
async fn what_is_not_ours_is_seen_among_what_is() {
    let name = collection();
    let store = at(variable("SESSION_KIT_MONGO_URL"))
        .collection(&name)
        .connect()
        .await
        .unwrap();
    for count in 0..10 {
        create(&store, &counting(count)).await;
    }
    let documents = documents(&variable("SESSION_KIT_MONGO_URL"), &name).await;
    documents.insert_one(doc! { "name": "ann" }).await.unwrap();
    is_refused_and_left_alone(&documents, "one among ten").await;
}

/// Of every kind that the store writes itself.
#[tokio::test]
async fn what_is_ours_is_known_again() {
    let name = collection();
    let store = || at(variable("SESSION_KIT_MONGO_URL")).collection(&name);
    let first = store().connect().await.unwrap();
    crate::users::do_everything_but_clear(&first).await;
    let count = first.count(NOW).await.unwrap();
    let documents = documents(&variable("SESSION_KIT_MONGO_URL"), &name).await;
    let before = dump(&documents).await;
    for kind in ["revision", "successor", "deleted", "cutOff"] {
        assert!(before.iter().any(|document| document.contains_key(kind)), "{kind}");
    }
    assert!(before.len() < 16, "not all of them would be looked at");
    for store in [store(), store().without_index_creation()] {
        assert_eq!(store.connect().await.unwrap().count(NOW).await.unwrap(), count);
    }
    assert_eq!(dump(&documents).await, before);
}
