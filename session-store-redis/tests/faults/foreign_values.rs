//! Values under the store's prefix that are not the store's, or no longer what it wrote.

use redis::Value;
use session_core::{Created, Deleted, Loaded, Rotated, Store as _, StoreError, StoreKey, Touch, Touched, Updated};
use session_store_redis::RedisStore;

use crate::support::cluster::Cluster;
use crate::support::server::Server;
use crate::support::session::{NOW, counting, create, found, new_key, new_revision, owned, owner, place_of, rotation};
use crate::{builder, store};

const PREFIX: &str = "session:";

async fn own_store(server: &Server) -> RedisStore {
    builder(server.url()).prefix(PREFIX).connect().await.unwrap()
}

/// Nothing that is done there has an answer, and nothing is done.
async fn everything_is_refused(server: &Server, store: &RedisStore, key: &StoreKey) {
    let before: Value = server.ask(&["DUMP", &place_of(PREFIX, key)]).await;
    assert_ne!(before, Value::Nil);
    let new = new_key();
    for (operation, refusal) in refusals(store, key, &new).await {
        assert!(
            matches!(refusal, Some(StoreError::Corrupt(_))),
            "{operation}: {refusal:?}"
        );
    }
    let record = counting(1);
    assert_eq!(store.create(key, &record, None, NOW).await.unwrap(), Created::Taken);
    let owned = owned(counting(0), &owner("ann"));
    assert_eq!(store.create(key, &owned, Some(NOW), NOW).await.unwrap(), Created::Taken);
    assert_eq!(store.load(&new, NOW).await.unwrap(), Loaded::Absent);
    let after: Value = server.ask(&["DUMP", &place_of(PREFIX, key)]).await;
    assert_eq!(after, before);
}

async fn refusals(store: &RedisStore, key: &StoreKey, new: &StoreKey) -> [(&'static str, Option<StoreError>); 5] {
    let record = counting(1);
    let touch = Touch {
        expected: record.revision,
        last_seen_at: NOW,
        expires_at: record.expires_at,
    };
    let rotation = rotation(key, new, new_revision(), &record);
    [
        ("load", store.load(key, NOW).await.err()),
        ("update", store.update(key, &record, new_revision(), NOW).await.err()),
        ("touch", store.touch(key, &touch, NOW).await.err()),
        ("rotate", store.rotate(&rotation, NOW).await.err()),
        ("delete", store.delete(key, NOW).await.err()),
    ]
}

async fn foreign_values_stay(server: &Server, store: &RedisStore) {
    let list = new_key();
    server.tell(&["LPUSH", &place_of(PREFIX, &list), "a", "b"]).await;
    everything_is_refused(server, store, &list).await;
    for text in ["{\"user\":1}", "R", "Rest", "M", "Mark of somebody else", "D?", " "] {
        let string = new_key();
        server.tell(&["SET", &place_of(PREFIX, &string), text]).await;
        everything_is_refused(server, store, &string).await;
    }
}

#[tokio::test]
async fn what_is_not_a_session_is_left_as_it_is() {
    let server = Server::start().await;
    let store = own_store(&server).await;
    foreign_values_stay(&server, &store).await;
}

#[tokio::test]
async fn what_is_not_a_session_is_left_as_it_is_in_a_cluster() {
    let cluster = Cluster::start(1).await;
    let store = builder(cluster.url()).prefix(PREFIX).connect().await.unwrap();
    foreign_values_stay(&cluster.masters[0], &store).await;
}

#[tokio::test]
async fn a_record_that_is_cut_short_is_corrupt() {
    let server = Server::start().await;
    let store = own_store(&server).await;
    // Before the header's end, and within the owner's name.
    for last in ["0", "8", "30", "40", "41", "43"] {
        let key = create(&store, &owned(counting(0), &owner("somebody"))).await;
        let place = place_of(PREFIX, &key);
        cut_short(&server, &place, last).await;
        everything_is_refused(&server, &store, &key).await;
    }
}

#[tokio::test]
async fn a_mark_that_is_cut_short_is_corrupt() {
    let server = Server::start().await;
    let store = own_store(&server).await;
    let (record, new) = (counting(0), new_key());
    let key = create(&store, &record).await;
    let next = counting(1);
    let rotation = rotation(&key, &new, record.revision, &next);
    assert_eq!(store.rotate(&rotation, NOW).await.unwrap(), Rotated::Applied);
    cut_short(&server, &place_of(PREFIX, &key), "50").await;
    everything_is_refused(&server, &store, &key).await;
    assert_eq!(found(&store, &new).await, next);
}

async fn cut_short(server: &Server, place: &str, last: &str) {
    let script = "redis.call('SET', KEYS[1], redis.call('GETRANGE', KEYS[1], 0, ARGV[1]))";
    server.tell(&["EVAL", script, "1", place, last]).await;
}

/// Nobody can say whose it is, but the others are ended.
#[tokio::test]
async fn a_foreign_value_in_an_index_keeps_nobody_from_ending_the_other_sessions() {
    let server = Server::start().await;
    let store = own_store(&server).await;
    let ann = owner("ann");
    let mut keys = Vec::new();
    for _ in 0..600 {
        keys.push(create(&store, &owned(counting(0), &ann)).await);
    }
    for key in &keys[..2] {
        server.tell(&["DEL", &place_of(PREFIX, key)]).await;
        server.tell(&["LPUSH", &place_of(PREFIX, key), "a"]).await;
    }
    server.tell(&["SET", &place_of(PREFIX, &keys[1]), "a"]).await;
    // They do not hide the others either.
    assert_eq!(store.sessions_of(&ann, NOW).await.unwrap().len(), keys.len() - 2);
    let ended = store.delete_sessions_of(&ann, None, NOW).await;
    assert!(matches!(ended, Err(StoreError::Corrupt(_))), "{ended:?}");
    for key in &keys[2..] {
        assert_eq!(store.load(key, NOW).await.unwrap(), Loaded::Absent);
    }
}

#[tokio::test]
async fn an_index_that_is_none_is_corrupt() {
    let server = Server::start().await;
    let store = own_store(&server).await;
    server.tell(&["SET", "session:owner:ann", "?"]).await;
    let (ann, key) = (owner("ann"), new_key());
    let created = store.create(&key, &owned(counting(0), &ann), Some(NOW), NOW).await;
    assert!(matches!(created, Err(StoreError::Corrupt(_))), "{created:?}");
    assert_eq!(store.load(&key, NOW).await.unwrap(), Loaded::Absent);
    let listed = store.sessions_of(&ann, NOW).await;
    assert!(matches!(listed, Err(StoreError::Corrupt(_))), "{listed:?}");
    let ended = store.delete_sessions_of(&ann, None, NOW).await;
    assert!(matches!(ended, Err(StoreError::Corrupt(_))), "{ended:?}");
}

/// A payload is nobody's business but core's.
#[tokio::test]
async fn a_payload_is_not_looked_into() {
    let server = Server::start().await;
    let store = store(server.url()).await;
    let record = session_core::Record {
        payload: std::sync::Arc::from(*b"\0\xff{not json"),
        ..counting(0)
    };
    let key = create(&store, &record).await;
    assert_eq!(found(&store, &key).await, record);
    let touch = Touch {
        expected: record.revision,
        last_seen_at: NOW,
        expires_at: record.expires_at,
    };
    assert_eq!(store.touch(&key, &touch, NOW).await.unwrap(), Touched::Touched);
    let update = store.update(&key, &counting(0), record.revision, NOW).await.unwrap();
    assert_eq!(update, Updated::Applied);
    assert_eq!(store.delete(&key, NOW).await.unwrap(), Deleted::Deleted);
}
