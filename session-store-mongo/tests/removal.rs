//! What has ended: the server removes it in its own time, and nobody finds it until then.

#![allow(
    clippy::allow_attributes,
    clippy::cognitive_complexity,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod support;

use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::{Binary, Bson, DateTime, Document, doc, spec::BinarySubtype};
use session_core::{
    Clock as _, Created, Deleted, Loaded, MARK_KEPT, Moment, Revision, Rotated, Store as _, StoreKey, SystemClock,
    Touch, Touched, Updated,
};
use session_store_mongo::MongoStore;

use support::patience::wait_until;
use support::session::{END, NOW, counting, create, new_key, new_owner, owned, record, rotation};
use support::{LIMIT, collection, documents, dump, variable};

const FIRST: Revision = Revision::from_u64(1);
/// For how long what has ended is kept, and by how much that may be longer.
const KEPT: Duration = Duration::from_secs(60 * 60);
const STEP: Duration = Duration::from_secs(10 * 60);

/// A store, and what is in its collection.
async fn at(url: &str) -> (MongoStore, Collection<Document>) {
    let (url, collection) = (variable(url), collection());
    let store = MongoStore::builder(&url)
        .collection(&collection)
        .response_timeout(LIMIT);
    (store.connect().await.unwrap(), documents(&url, &collection).await)
}

#[tokio::test]
async fn one_server_removes_what_is_over_and_nothing_else() {
    what_is_over_is_removed_and_nothing_else("SESSION_KIT_MONGO_URL").await;
}

#[tokio::test]
async fn a_replica_set_removes_what_is_over_and_nothing_else() {
    what_is_over_is_removed_and_nothing_else("SESSION_KIT_MONGO_REPLICA_URL").await;
}

/// By the clock of the tests all of it ended years ago.
async fn what_is_over_is_removed_and_nothing_else(url: &str) {
    let (store, documents) = at(url).await;
    one_of_each(&store).await;
    let written = dump(&documents).await;
    // The second time those that stay were looked at for certain, after they were written.
    for _ in 0..2 {
        let over: Vec<_> = written.iter().map(over).collect();
        documents.insert_many(over).await.unwrap();
        wait_until("what is over is removed", async || {
            dump(&documents).await.len() == written.len()
        })
        .await;
        assert_eq!(dump(&documents).await, written);
    }
}

/// A record, one of somebody's, a mark, a tombstone, and a cut-off.
async fn one_of_each(store: &MongoStore) {
    let owner = new_owner();
    create(store, &record(1)).await;
    create(store, &owned(record(1), &owner)).await;
    let (old, new) = (create(store, &record(1)).await, new_key());
    let rotated = store.rotate(&rotation(&old, &new, FIRST, &record(2)), NOW).await;
    assert_eq!(rotated.unwrap(), Rotated::Applied);
    assert_eq!(store.delete(&new, NOW).await.unwrap(), Deleted::Deleted);
    assert_eq!(store.delete_sessions_of(&new_owner(), None, NOW).await.unwrap(), 0);
}

/// The same under another key, a second after the time for its removal has come.
fn over(document: &Document) -> Document {
    let mut document = document.clone();
    let id = match document.get("_id") {
        Some(Bson::String(_)) => Bson::from(format!("cut-off:{}", new_owner().as_str())),
        _ => binary(&new_key()),
    };
    document.insert("_id", id);
    let passed = SystemClock.now().as_millis() - 1000;
    document.insert("removeAt", DateTime::from_millis(passed.cast_signed()));
    document
}

fn binary(key: &StoreKey) -> Bson {
    Bson::Binary(Binary {
        subtype: BinarySubtype::Generic,
        bytes: key.as_bytes().to_vec(),
    })
}

/// Counted from the real time, in which the clock of the tests is of long ago.
#[tokio::test]
async fn whatever_is_written_is_to_be_removed_an_hour_after_its_end() {
    let (store, documents) = at("SESSION_KIT_MONGO_URL").await;
    one_of_each(&store).await;
    let written = dump(&documents).await;
    assert_eq!(written.len(), 5);
    for document in written {
        let life = if document.contains_key("revision") {
            END.since(NOW)
        } else if document.contains_key("cutOff") {
            session_core::CUT_OFF_KEPT
        } else {
            MARK_KEPT
        };
        is_removed_after(&document, life);
    }
}

#[tokio::test]
async fn a_later_end_is_a_later_removal() {
    let (store, documents) = at("SESSION_KIT_MONGO_URL").await;
    let day = Duration::from_secs(24 * 60 * 60);
    let key = create(&store, &record(1)).await;
    let touch = Touch {
        expected: FIRST,
        last_seen_at: NOW,
        expires_at: NOW + day,
    };
    assert_eq!(store.touch(&key, &touch, NOW).await.unwrap(), Touched::Touched);
    is_removed_after(&dump(&documents).await[0], day);
    let longer = session_core::Record {
        expires_at: NOW + day * 2,
        ..record(2)
    };
    let updated = store.update(&key, &longer, FIRST, NOW).await.unwrap();
    assert_eq!(updated, Updated::Applied);
    is_removed_after(&dump(&documents).await[0], day * 2);
}

fn is_removed_after(document: &Document, life: Duration) {
    let removal = document.get_datetime("removeAt").unwrap();
    let removal = Moment::from_millis(removal.timestamp_millis().cast_unsigned());
    let kept = removal.since(SystemClock.now());
    let slack = Duration::from_secs(60);
    assert!(
        kept > life + KEPT - slack && kept <= life + KEPT + STEP,
        "{kept:?}: {document}"
    );
}

#[tokio::test]
async fn a_session_that_has_ended_and_is_there_is_absent_to_every_operation() {
    let (store, documents) = at("SESSION_KIT_MONGO_URL").await;
    let owner = new_owner();
    for operation in [
        "load", "update", "touch", "rotate", "list", "count", "create", "delete", "end",
    ] {
        let key = create(&store, &owned(record(1), &owner)).await;
        is_absent_at_its_end(&store, operation, &key).await;
        let there = documents.find_one(doc! { "_id": binary(&key) }).await.unwrap();
        let is_buried = there.unwrap().contains_key("deleted");
        assert_eq!(is_buried, ["delete", "end"].contains(&operation), "{operation}");
    }
    assert_eq!(store.sessions_of(&owner, NOW).await.unwrap(), []);
    assert_eq!(store.count(NOW).await.unwrap(), 0);
}

async fn is_absent_at_its_end(store: &MongoStore, operation: &str, key: &StoreKey) {
    let Loaded::Found(session_core::Record { owner: Some(owner), .. }) = store.load(key, NOW).await.unwrap() else {
        panic!("it was there a moment ago");
    };
    match operation {
        "load" => assert_eq!(store.load(key, END).await.unwrap(), Loaded::Absent),
        "update" => {
            let later = owned(counting(2), &owner);
            assert_eq!(store.update(key, &later, FIRST, END).await.unwrap(), Updated::Gone);
        }
        "touch" => {
            let touch = Touch {
                expected: FIRST,
                last_seen_at: END,
                expires_at: END + KEPT,
            };
            assert_eq!(store.touch(key, &touch, END).await.unwrap(), Touched::Gone);
        }
        "rotate" => {
            let (new, later) = (new_key(), owned(counting(2), &owner));
            let rotated = store.rotate(&rotation(key, &new, FIRST, &later), END).await;
            assert_eq!(rotated.unwrap(), Rotated::Gone);
            assert_eq!(store.load(&new, NOW).await.unwrap(), Loaded::Absent);
        }
        "list" => assert_eq!(store.sessions_of(&owner, END).await.unwrap(), []),
        "count" => assert_eq!(store.count(END).await.unwrap(), 0),
        // A key is drawn once; one that was used is taken, ended or not.
        "create" => assert_eq!(store.create(key, &record(3), None, END).await.unwrap(), Created::Taken),
        "delete" => assert_eq!(store.delete(key, END).await.unwrap(), Deleted::Absent),
        "end" => assert_eq!(store.delete_sessions_of(&owner, None, END).await.unwrap(), 0),
        other => panic!("nobody knows how to {other}"),
    }
}

#[tokio::test]
async fn a_mark_that_has_ended_and_is_there_leads_nowhere() {
    let (store, documents) = at("SESSION_KIT_MONGO_URL").await;
    let (old, new) = (create(&store, &record(1)).await, new_key());
    let living = session_core::Record {
        expires_at: END + KEPT,
        ..record(2)
    };
    let rotated = store.rotate(&rotation(&old, &new, FIRST, &living), NOW).await;
    assert_eq!(rotated.unwrap(), Rotated::Applied);
    let then = NOW + MARK_KEPT;
    let touch = Touch {
        expected: FIRST,
        last_seen_at: then,
        expires_at: END,
    };
    assert_eq!(store.load(&old, then).await.unwrap(), Loaded::Absent);
    assert_eq!(
        store.update(&old, &record(3), FIRST, then).await.unwrap(),
        Updated::Gone
    );
    assert_eq!(store.touch(&old, &touch, then).await.unwrap(), Touched::Gone);
    let third = new_key();
    let rotated = store.rotate(&rotation(&old, &third, FIRST, &record(3)), then).await;
    assert_eq!(rotated.unwrap(), Rotated::Gone);
    assert_eq!(store.delete(&old, then).await.unwrap(), Deleted::Absent);
    // All the while it was there, and the session is.
    let mark = documents.find_one(doc! { "_id": binary(&old) }).await.unwrap();
    assert!(mark.unwrap().contains_key("successor"));
    assert_eq!(store.load(&new, then).await.unwrap(), Loaded::Found(living));
    assert_eq!(store.load(&third, then).await.unwrap(), Loaded::Absent);
}
