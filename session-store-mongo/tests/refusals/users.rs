//! Users who may do little, and those whom the server does not know.

use mongodb::bson::{Bson, doc};
use mongodb::{Client, Database};
use session_core::{Created, Deleted, Rotated, Store as _, Touch, Touched, Updated};
use session_store_mongo::{MongoConnectError, MongoStore, MongoStoreBuilder};

use crate::support::session::{END, NOW, counting, create, new_key, new_owner, owned, rotation};
use crate::support::{collection, variable};
use crate::{SECRET, at, refused};

const README: &str = include_str!("../../README.md");

#[tokio::test]
async fn a_password_that_is_missing_or_wrong_is_told_and_not_shown() {
    let url = variable("SESSION_KIT_MONGO_URL");
    let (_, place) = url.split_once('@').unwrap();
    for user in [
        format!("session:{SECRET}"),
        format!("nobody:{SECRET}"),
        "session:".to_owned(),
    ] {
        let words = [
            "the database refuses the store",
            "needs another name or password",
            "authSource",
        ];
        let error = refused(at(format!("mongodb://{user}@{place}")), &words).await;
        assert!(matches!(error, MongoConnectError::Refused { .. }));
    }
    // Known, and not there.
    let url = format!("{url}?authSource=admin");
    refused(at(url), &["needs another name or password", "authSource"]).await;
}

#[tokio::test]
async fn nobody_in_particular_is_told_to_be_a_user() {
    let url = variable("SESSION_KIT_MONGO_URL");
    let (_, place) = url.split_once('@').unwrap();
    let words = ["needs a user with the role `readWrite`", "Unauthorized"];
    let error = refused(at(format!("mongodb://{place}")), &words).await;
    assert!(matches!(error, MongoConnectError::Refused { .. }));
}

/// A user of its own, with what it may do.
struct User {
    name: String,
    database: Database,
}

impl User {
    async fn new() -> Self {
        let client = Client::with_uri_str(variable("SESSION_KIT_MONGO_ADMIN_URL"))
            .await
            .unwrap();
        let user = Self {
            name: format!("user_{}", collection()),
            database: client.database("session"),
        };
        user.tell(doc! { "createRole": &user.name, "privileges": [], "roles": [] })
            .await;
        let roles = vec![Bson::from(user.name.clone())];
        user.tell(doc! { "createUser": &user.name, "pwd": SECRET, "roles": roles })
            .await;
        user
    }

    async fn tell(&self, command: mongodb::bson::Document) {
        self.database.run_command(command).await.unwrap();
    }

    /// In a collection, and nowhere else.
    async fn may(&self, rights: &[&str], collection: &str) {
        let privilege = doc! {
            "resource": { "db": "session", "collection": collection },
            "actions": rights.iter().copied().map(Bson::from).collect::<Vec<_>>(),
        };
        self.tell(doc! { "updateRole": &self.name, "privileges": [privilege] })
            .await;
    }

    fn at(&self, collection: &str) -> MongoStoreBuilder {
        let url = variable("SESSION_KIT_MONGO_URL");
        let (_, place) = url.split_once('@').unwrap();
        at(format!("mongodb://{}:{SECRET}@{place}", self.name)).collection(collection)
    }

    async fn leave(self) {
        self.tell(doc! { "dropUser": &self.name }).await;
        self.tell(doc! { "dropRole": &self.name }).await;
    }
}

/// Those that the README names, with and without the making of indexes.
fn rights() -> (Vec<&'static str>, Vec<&'static str>) {
    let (_, text) = README.split_once("or of the collection").unwrap();
    let (with_indexes, text) = text.split_once("where the indexes are made by somebody else").unwrap();
    let (without_indexes, _) = text.split_once('.').unwrap();
    let named = |text: &'static str| text.split('`').skip(1).step_by(2).collect();
    (named(with_indexes), named(without_indexes))
}

#[tokio::test]
async fn the_rights_of_the_readme_are_enough_for_all_that_a_store_does() {
    let (with_indexes, without_indexes) = rights();
    let (user, collection) = (User::new().await, collection());
    user.may(&with_indexes, &collection).await;
    do_everything(&user.at(&collection).connect().await.unwrap()).await;
    user.may(&without_indexes, &collection).await;
    let store = user.at(&collection).without_index_creation();
    do_everything(&store.connect().await.unwrap()).await;
    user.leave().await;
}

pub(crate) async fn do_everything(store: &MongoStore) {
    do_everything_but_clear(store).await;
    store.clear().await.unwrap();
    assert_eq!(store.count(NOW).await.unwrap(), 0);
}

/// What it leaves is a document of each kind.
pub(crate) async fn do_everything_but_clear(store: &MongoStore) {
    create(store, &counting(7)).await;
    let owner = new_owner();
    let (first, second, third) = (counting(0), counting(1), owned(counting(2), &owner));
    let (key, turned) = (new_key(), new_key());
    assert_eq!(store.create(&key, &first, None, NOW).await.unwrap(), Created::Created);
    let updated = store.update(&key, &second, first.revision, NOW).await.unwrap();
    assert_eq!(updated, Updated::Applied);
    let touch = Touch {
        expected: second.revision,
        last_seen_at: NOW,
        expires_at: END,
    };
    assert_eq!(store.touch(&key, &touch, NOW).await.unwrap(), Touched::Touched);
    let stale = store.update(&key, &second, first.revision, NOW).await.unwrap();
    assert!(matches!(stale, Updated::Conflict(_)), "{stale:?}");
    let mut rotation = rotation(&key, &turned, second.revision, &third);
    rotation.signs_in = Some(NOW);
    assert_eq!(store.rotate(&rotation, NOW).await.unwrap(), Rotated::Applied);
    let signed_in = store.create(&new_key(), &third, Some(NOW), NOW).await.unwrap();
    assert_eq!(signed_in, Created::Created);
    assert_eq!(store.sessions_of(&owner, NOW).await.unwrap().len(), 2);
    assert_eq!(store.delete(&key, NOW).await.unwrap(), Deleted::Deleted);
    assert_eq!(store.delete_sessions_of(&owner, None, NOW).await.unwrap(), 1);
    let cut_off = store.create(&new_key(), &third, Some(NOW), NOW).await.unwrap();
    assert_eq!(cut_off, Created::CutOff);
    assert_eq!(store.delete_expired(10, END).await.unwrap(), 0);
    assert_eq!(store.count(NOW).await.unwrap(), 1);
}

#[tokio::test]
async fn each_of_the_rights_of_the_readme_is_asked_for_at_the_start() {
    let (rights, _) = rights();
    assert_eq!(rights, ["find", "insert", "update", "remove", "createIndex"]);
    let user = User::new().await;
    for missing in &rights {
        let collection = collection();
        let others: Vec<_> = rights.iter().copied().filter(|right| right != missing).collect();
        user.may(&others, &collection).await;
        let words = [
            "the database refuses the store",
            missing,
            "role `readWrite`",
            "Unauthorized",
        ];
        let error = refused(user.at(&collection), &words).await;
        assert!(matches!(error, MongoConnectError::Refused { .. }));
        user.may(&rights, &collection).await;
        drop(user.at(&collection).connect().await.unwrap());
    }
    user.leave().await;
}

#[tokio::test]
async fn where_the_indexes_are_made_by_somebody_else_they_are_looked_for() {
    let (with_indexes, rights) = rights();
    assert_eq!(rights, ["find", "insert", "update", "remove", "listIndexes"]);
    let (user, collection) = (User::new().await, collection());
    user.may(&rights, &collection).await;
    let store = || user.at(&collection).without_index_creation();
    for field in ["removeAt", "owner"] {
        let words = ["has no index on `", field, "createIndex"];
        let error = refused(store(), &words).await;
        let MongoConnectError::MissingIndex { command, .. } = error else {
            panic!("{error:?}");
        };
        // As it was told.
        let options = match field {
            "removeAt" => doc! { "key": { "removeAt": 1 }, "name": "a", "expireAfterSeconds": 0 },
            _ => doc! { "key": { "owner": 1 }, "name": "b", "sparse": true },
        };
        let name = format!("db.getCollection(\"{collection}\").createIndex({{{field}: 1}}");
        assert!(command.starts_with(&name), "{command}");
        user.tell(doc! { "createIndexes": &collection, "indexes": [options] })
            .await;
    }
    drop(store().connect().await.unwrap());
    // One who may look for none is told, and so is one who has to look and may make them.
    for too_few in [&rights[..4], &with_indexes] {
        user.may(too_few, &collection).await;
        refused(store(), &["with `without_index_creation` listIndexes", "Unauthorized"]).await;
    }
    user.leave().await;
}

#[tokio::test]
async fn one_who_may_only_read_is_told() {
    let user = User::new().await;
    let roles = vec![Bson::from("read")];
    user.tell(doc! { "updateUser": &user.name, "roles": roles }).await;
    for store in [user.at(&collection()), user.at(&collection()).without_index_creation()] {
        let error = store.connect().await.unwrap_err();
        let is_told = matches!(
            error,
            MongoConnectError::Refused { .. } | MongoConnectError::MissingIndex { .. }
        );
        assert!(is_told, "{error:?}");
    }
    user.leave().await;
}
