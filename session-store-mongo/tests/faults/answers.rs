//! What servers say when they can't do it, and what that means. The server itself says so: it is told to by its fail points.

use std::sync::Arc;

use mongodb::bson::{Document, doc};
use mongodb::{Client, Database};
use session_core::{Created, Rotated, Store, StoreError, Updated};

use crate::connect;
use crate::support::session::{NOW, counting, create, found, new_key, new_owner, owned, rotation};
use crate::support::{at, chain, collection, variable};

/// A store whose commands, and nobody else's, can be made to fail.
struct Stage {
    store: Arc<dyn Store>,
    admin: Database,
    application: String,
}

impl Stage {
    async fn on(url: &str, admin: &str) -> Self {
        let application = collection();
        let separator = if url.contains('?') { '&' } else { '?' };
        let store = at(format!("{url}{separator}appName={application}"));
        Self {
            store: connect(store).await,
            admin: Client::with_uri_str(admin).await.unwrap().database("admin"),
            application,
        }
    }

    async fn alone() -> Self {
        let url = variable("SESSION_KIT_MONGO_URL");
        Self::on(&url, &variable("SESSION_KIT_MONGO_ADMIN_URL")).await
    }

    async fn replica() -> Self {
        let url = variable("SESSION_KIT_MONGO_REPLICA_URL");
        Self::on(&url, &url).await
    }

    /// The next so many of these commands fail like this.
    async fn fails(&self, times: i32, commands: &[&str], how: Document) {
        let mut data = doc! { "failCommands": commands, "appName": &self.application };
        data.extend(how);
        let fail = doc! { "configureFailPoint": "failCommand", "mode": { "times": times }, "data": data };
        self.admin.run_command(fail).await.unwrap();
    }
}

/// One server has one such fail point.
async fn in_turn() -> tokio::sync::MutexGuard<'static, ()> {
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    TURN.lock().await
}

const OUT_OF_DISK_SPACE: i32 = 14_031;
const UNAUTHORIZED: i32 = 13;
const NOT_PRIMARY: i32 = 10_107;
const STEPPED_DOWN: i32 = 189;
const ROLE_CHANGED: i32 = 11_602;

#[tokio::test]
async fn a_full_disk_is_full_and_leaves_the_session_as_it_was() {
    let _turn = in_turn().await;
    let stage = Stage::alone().await;
    let store = &stage.store;
    let (first, second) = (counting(0), counting(1));
    let key = create(store, &first).await;
    stage
        .fails(4, &["insert", "update"], doc! { "errorCode": OUT_OF_DISK_SPACE })
        .await;
    let (other, turned) = (new_key(), new_key());
    let signed_in = owned(counting(0), &new_owner());
    let rotation = rotation(&key, &turned, first.revision, &second);
    for error in [
        store.create(&other, &first, None, NOW).await.unwrap_err(),
        store.create(&other, &signed_in, Some(NOW), NOW).await.unwrap_err(),
        store.update(&key, &second, first.revision, NOW).await.unwrap_err(),
        store.rotate(&rotation, NOW).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Full), "{}", chain(&error));
    }
    assert_eq!(found(store, &key).await, first);
}

#[tokio::test]
async fn what_was_refused_for_sure_is_unavailable_and_named() {
    let _turn = in_turn().await;
    let stage = Stage::alone().await;
    let store = &stage.store;
    let (first, second) = (counting(0), counting(1));
    let key = create(store, &first).await;
    stage
        .fails(2, &["find", "update"], doc! { "errorCode": UNAUTHORIZED })
        .await;
    for error in [
        store.load(&key, NOW).await.unwrap_err(),
        store.update(&key, &second, first.revision, NOW).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Unavailable(_)), "{}", chain(&error));
        assert!(chain(&error).contains("(13)"), "{}", chain(&error));
    }
    assert_eq!(found(store, &key).await, first);
}

/// A majority that did not answer in time may have it later.
#[tokio::test]
async fn a_write_that_is_not_confirmed_may_have_been_done() {
    let _turn = in_turn().await;
    let stage = Stage::alone().await;
    let store = &stage.store;
    let (first, second, third) = (counting(0), counting(1), counting(2));
    let key = create(store, &first).await;
    let unconfirmed =
        doc! { "writeConcernError": { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "too late" } };
    stage.fails(1, &["update"], unconfirmed.clone()).await;
    let error = store.update(&key, &second, first.revision, NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::ReplyLost(_)), "{}", chain(&error));
    assert!(chain(&error).contains("not confirmed"), "{}", chain(&error));
    assert_eq!(found(store, &key).await, second);

    let turned = new_key();
    let rotation = rotation(&key, &turned, second.revision, &third);
    stage.fails(1, &["update"], unconfirmed).await;
    let error = store.rotate(&rotation, NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::ReplyLost(_)), "{}", chain(&error));
    assert_eq!(store.rotate(&rotation, NOW).await.unwrap(), Rotated::Applied);
    assert_eq!(found(store, &turned).await, third);
}

#[tokio::test]
async fn an_answer_from_a_node_that_is_not_the_primary_any_more_is_not_heard_of() {
    let _turn = in_turn().await;
    let stage = Stage::replica().await;
    let store = &stage.store;
    let mut known = counting(0);
    let mut key = create(store, &known).await;
    for code in [NOT_PRIMARY, STEPPED_DOWN, ROLE_CHANGED] {
        let how = doc! { "errorCode": code, "errorLabels": ["RetryableWriteError"] };
        stage.fails(1, &["find"], how.clone()).await;
        assert_eq!(found(store, &key).await, known);
        let next = counting(1);
        stage.fails(1, &["update"], how.clone()).await;
        let updated = store.update(&key, &next, known.revision, NOW).await.unwrap();
        assert_eq!(updated, Updated::Applied);
        let (turned, turned_key) = (counting(2), new_key());
        stage.fails(2, &["update"], how.clone()).await;
        let rotated = store
            .rotate(&rotation(&key, &turned_key, next.revision, &turned), NOW)
            .await;
        assert_eq!(rotated.unwrap(), Rotated::Applied);
        stage.fails(2, &["update"], how).await;
        let signed_in = owned(counting(3), &new_owner());
        let created = store.create(&new_key(), &signed_in, Some(NOW), NOW).await.unwrap();
        assert_eq!(created, Created::Created);
        (key, known) = (turned_key, turned);
    }
}

/// Where no other node can be found in time, it is not known what became of it.
#[tokio::test]
async fn a_node_that_is_never_the_primary_is_an_error() {
    let _turn = in_turn().await;
    let stage = Stage::replica().await;
    let store = &stage.store;
    let (first, second) = (counting(0), counting(1));
    let key = create(store, &first).await;
    let how = doc! { "errorCode": NOT_PRIMARY, "errorLabels": ["RetryableWriteError"] };
    stage.fails(3, &["update"], how).await;
    let turned = new_key();
    let rotation = rotation(&key, &turned, first.revision, &second);
    let error = store.rotate(&rotation, NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::ReplyLost(_)), "{}", chain(&error));
    assert_eq!(store.rotate(&rotation, NOW).await.unwrap(), Rotated::Applied);
}
