//! Operations that fail in their middle: nothing is said to be undone that may have been done.

use std::time::Duration;

use futures_util::StreamExt as _;
use mongodb::bson::{Bson, Document, doc};
use mongodb::{Client, Database};
use session_core::{Created, Deleted, Loaded, Rotated, Rotation, Store as _, StoreError, Touch, Updated};
use session_store_mongo::MongoStore;
use tokio::time::Instant;

use crate::own_server::OwnServer;
use crate::support::patience::wait_until;
use crate::support::session::{END, NOW, counting, create, found, new_key, new_owner, new_revision, owned, rotation};
use crate::support::{collection, variable};
use crate::{at, says};

/// The fail point before each write of an `update` command.
const POINT: &str = "hangDuringBatchUpdate";

struct Administrator {
    database: Database,
}

impl Administrator {
    async fn of(server: &OwnServer) -> Self {
        let client = Client::with_uri_str(server.url()).await.unwrap();
        Self {
            database: client.database("admin"),
        }
    }

    async fn tell(&self, command: Document) -> Document {
        self.database.run_command(command).await.unwrap()
    }

    /// From now on, once `writes` more of them were begun.
    async fn hold_after(&self, writes: i32) {
        let mode = doc! { "skip": writes };
        self.tell(doc! { "configureFailPoint": POINT, "mode": mode, "data": { "shouldCheckForInterrupt": true } })
            .await;
    }

    /// The next of these commands is refused, and not carried out.
    async fn refuse(&self, command: &str) {
        let data = doc! { "failCommands": [command], "errorCode": 1 };
        self.tell(doc! { "configureFailPoint": "failCommand", "mode": { "times": 1 }, "data": data })
            .await;
    }

    /// All that comes takes as long.
    async fn delay(&self, time: Duration) {
        let commands = ["insert", "find", "update", "findAndModify", "delete"].map(Bson::from);
        let millis = i32::try_from(time.as_millis()).unwrap();
        let data = doc! { "failCommands": commands.to_vec(), "blockConnection": true, "blockTimeMS": millis };
        self.tell(doc! { "configureFailPoint": "failCommand", "mode": "alwaysOn", "data": data })
            .await;
    }

    /// Ends what is held.
    async fn kill_held(&self) {
        let held = async || {
            let held = doc! { "failpointMsg": POINT };
            let operations = self
                .database
                .aggregate([doc! { "$currentOp": {} }, doc! { "$match": held }]);
            let operations: Vec<_> = operations.await.unwrap().collect().await;
            operations
                .into_iter()
                .next()
                .map(|operation| operation.unwrap().get("opid").cloned().unwrap())
        };
        wait_until("a command is held", async || held().await.is_some()).await;
        self.tell(doc! { "killOp": 1, "op": held().await.unwrap() }).await;
        self.tell(doc! { "configureFailPoint": POINT, "mode": "off" }).await;
    }
}

async fn store(server: &OwnServer) -> MongoStore {
    at(server.url()).collection(collection()).connect().await.unwrap()
}

#[tokio::test]
async fn a_rotation_that_is_ended_in_its_middle_may_have_been_done_and_is_done_when_it_is_sent_again() {
    let server = OwnServer::start(&[]).await;
    let (administrator, store) = (Administrator::of(&server).await, store(&server).await);
    for writes in 0..4 {
        let (known, next) = (counting(0), owned(counting(1), &new_owner()));
        let (old, new) = (create(&store, &known).await, new_key());
        let rotation = Rotation {
            signs_in: Some(NOW),
            ..rotation(&old, &new, known.revision, &next)
        };
        administrator.hold_after(writes).await;
        let (rotated, ()) = tokio::join!(store.rotate(&rotation, NOW), administrator.kill_held());
        assert!(
            matches!(rotated, Err(StoreError::ReplyLost(_))),
            "{writes}: {rotated:?}"
        );
        // Not taken back, as it might have been done.
        let is_there = matches!(store.load(&new, NOW).await.unwrap(), Loaded::Found(_));
        assert_eq!(is_there, writes >= 2, "{writes}");
        assert_eq!(found(&store, &old).await, known);
        assert_eq!(store.rotate(&rotation, NOW).await.unwrap(), Rotated::Applied);
        assert_eq!(found(&store, &new).await, next);
        assert_eq!(store.load(&old, NOW).await.unwrap(), Loaded::Moved(new));
        assert_eq!(store.delete(&old, NOW).await.unwrap(), Deleted::Deleted);
    }
}

#[tokio::test]
async fn a_sign_in_that_is_ended_in_its_middle_may_have_been_done() {
    let server = OwnServer::start(&[]).await;
    let (administrator, store) = (Administrator::of(&server).await, store(&server).await);
    for writes in 0..2 {
        let (key, record) = (new_key(), owned(counting(0), &new_owner()));
        administrator.hold_after(writes).await;
        let (created, ()) = tokio::join!(store.create(&key, &record, Some(NOW), NOW), administrator.kill_held());
        assert!(
            matches!(created, Err(StoreError::ReplyLost(_))),
            "{writes}: {created:?}"
        );
        let created = store.create(&new_key(), &record, Some(NOW), NOW).await.unwrap();
        assert_eq!(created, Created::Created);
    }
}

#[tokio::test]
async fn an_update_that_is_ended_may_have_been_done() {
    let server = OwnServer::start(&[]).await;
    let (administrator, store) = (Administrator::of(&server).await, store(&server).await);
    let (known, next) = (counting(0), counting(1));
    let key = create(&store, &known).await;
    administrator.hold_after(0).await;
    let update = store.update(&key, &next, known.revision, NOW);
    let (updated, ()) = tokio::join!(update, administrator.kill_held());
    assert!(matches!(updated, Err(StoreError::ReplyLost(_))), "{updated:?}");
    let updated = store.update(&key, &next, known.revision, NOW).await.unwrap();
    assert_eq!(updated, Updated::Applied);
}

/// The record is there, and its owner's sessions were ended: it can't be told that nothing was done.
#[tokio::test]
async fn what_was_cut_off_and_can_not_be_taken_back_may_have_been_done() {
    let server = OwnServer::start(&[]).await;
    let (administrator, store) = (Administrator::of(&server).await, store(&server).await);
    let owner = new_owner();
    assert_eq!(store.delete_sessions_of(&owner, None, NOW).await.unwrap(), 0);
    let (known, next) = (counting(0), owned(counting(1), &owner));
    let (old, new) = (create(&store, &known).await, new_key());
    let rotation = Rotation {
        signs_in: Some(NOW),
        ..rotation(&old, &new, known.revision, &next)
    };
    administrator.refuse("delete").await;
    let rotated = store.rotate(&rotation, NOW).await;
    assert!(matches!(rotated, Err(StoreError::ReplyLost(_))), "{rotated:?}");
    assert_eq!(store.rotate(&rotation, NOW).await.unwrap(), Rotated::CutOff);
    assert_eq!(found(&store, &old).await, known);
    assert_eq!(store.sessions_of(&owner, NOW).await.unwrap(), []);
    administrator.refuse("delete").await;
    let created = store.create(&new_key(), &next, Some(NOW), NOW).await;
    assert!(matches!(created, Err(StoreError::ReplyLost(_))), "{created:?}");
}

/// Which of the two it is depends on whether anything was written.
#[tokio::test]
async fn a_rotation_that_can_not_be_explained_may_have_been_done_if_it_wrote() {
    let server = OwnServer::start(&[]).await;
    let (administrator, store) = (Administrator::of(&server).await, store(&server).await);
    let (known, next, new) = (counting(0), counting(1), new_key());
    let old = create(&store, &known).await;
    administrator.refuse("find").await;
    let rotated = store.rotate(&rotation(&old, &new, new_revision(), &next), NOW).await;
    assert!(matches!(rotated, Err(StoreError::Unavailable(_))), "{rotated:?}");
    assert_eq!(store.load(&new, NOW).await.unwrap(), Loaded::Absent);
    administrator.refuse("find").await;
    let rotated = store
        .rotate(&rotation(&new_key(), &new, known.revision, &next), NOW)
        .await;
    assert!(matches!(rotated, Err(StoreError::ReplyLost(_))), "{rotated:?}");
    assert_eq!(found(&store, &old).await, known);
}

#[tokio::test]
async fn what_the_server_refuses_was_not_done_and_its_words_are_not_shown() {
    let server = OwnServer::start(&[]).await;
    let (administrator, store) = (Administrator::of(&server).await, store(&server).await);
    let known = counting(0);
    let key = create(&store, &known).await;
    administrator.refuse("update").await;
    let updated = store.update(&key, &counting(1), known.revision, NOW).await;
    let Err(error @ StoreError::Unavailable(_)) = updated else {
        panic!("{updated:?}");
    };
    says(&error, &["the database refuses: InternalError (1)"]);
    for shown in [crate::chain(&error), format!("{error:?}")] {
        assert!(!shown.contains("failCommand"), "{shown}");
    }
    assert_eq!(found(&store, &key).await, known);
}

/// Longer than anybody follows: a session that lives at its end must not be taken for none.
#[tokio::test]
async fn a_chain_of_marks_that_is_too_long_is_not_taken_for_nothing() {
    let store = at(variable("SESSION_KIT_MONGO_URL")).connect().await.unwrap();
    let first = create(&store, &counting(0)).await;
    let mut key = first;
    let mut record = found(&store, &key).await;
    for count in 1..=40 {
        let (next, new) = (counting(count), new_key());
        let rotated = store.rotate(&rotation(&key, &new, record.revision, &next), NOW).await;
        assert_eq!(rotated.unwrap(), Rotated::Applied);
        (key, record) = (new, next);
    }
    let deleted = store.delete(&first, NOW).await;
    assert!(matches!(deleted, Err(StoreError::Unavailable(_))), "{deleted:?}");
    assert_eq!(found(&store, &key).await, record);
}

/// Two commands would take longer than the limit, each alone would not.
#[tokio::test]
async fn an_operation_of_several_commands_has_no_more_time_than_one_of_one() {
    let server = OwnServer::start(&[]).await;
    let administrator = Administrator::of(&server).await;
    let limit = Duration::from_millis(1000);
    let store = at(server.url()).response_timeout(limit).connect().await.unwrap();
    let (known, ann) = (counting(0), new_owner());
    let (key, old, new) = (create(&store, &known).await, create(&store, &known).await, new_key());
    let moved = store.rotate(&rotation(&old, &new, known.revision, &known), NOW).await;
    assert_eq!(moved.unwrap(), Rotated::Applied);
    let (other, next) = (new_revision(), counting(1));
    let touch = Touch {
        expected: other,
        last_seen_at: NOW,
        expires_at: END,
    };
    administrator.delay(limit * 6 / 10).await;
    let begin = Instant::now();
    let owned = owned(counting(2), &ann);
    let late = [
        ("update", store.update(&key, &next, other, NOW).await.err()),
        ("touch", store.touch(&key, &touch, NOW).await.err()),
        (
            "rotate",
            store.rotate(&rotation(&key, &new_key(), other, &next), NOW).await.err(),
        ),
        ("delete", store.delete(&old, NOW).await.err()),
        (
            "delete_sessions_of",
            store.delete_sessions_of(&ann, None, NOW).await.err(),
        ),
        ("create", store.create(&new_key(), &owned, Some(NOW), NOW).await.err()),
    ];
    println!("{} operations took {:?}", late.len(), begin.elapsed());
    for (operation, error) in late {
        let is_late = error.is_some_and(|error| crate::chain(&error).contains("did not answer within 1s"));
        assert!(is_late, "{operation}");
    }
}
