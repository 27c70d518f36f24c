//! Whatever changes a session is seen, wherever it is done.

use std::time::Duration;

use session_core::{Deleted, Loaded, Revision, Rotated, Store, StoreKey, Touch, Touched};
use session_store_redis::RedisStore;
use tokio::time::timeout;

use crate::support::server::Server;
use crate::support::session::{
    END, NOW, create, loaded, new_key, new_owner, owned, place_of, record, rotation, update,
};
use crate::support::variable;
use crate::{Nodes, PATIENCE, comes_to};

async fn nodes() -> Nodes {
    Nodes::on(&variable("SESSION_KIT_REDIS_URL"), 2).await
}

async fn found_elsewhere(store: &RedisStore, key: &StoreKey, is_seen: impl Fn(&Loaded) -> bool) {
    let arrival = async { while !is_seen(&store.load(key, NOW).await.unwrap()) {} };
    assert!(timeout(PATIENCE, arrival).await.is_ok(), "the change is never seen");
}

#[tokio::test]
async fn an_update_is_seen() {
    let nodes = nodes().await;
    let key = create(&nodes.here, &record(1)).await;
    for revision in 1..50 {
        assert_eq!(loaded(&nodes.here, &key).await, revision);
        comes_to(&nodes.there, &key, revision).await;
        update(&nodes.here, &key, revision).await;
    }
}

#[tokio::test]
async fn a_touch_is_seen() {
    let nodes = nodes().await;
    let key = create(&nodes.here, &record(1)).await;
    for seconds in 1..50 {
        let expires_at = END + Duration::from_secs(seconds);
        assert_eq!(
            (loaded(&nodes.here, &key).await, loaded(&nodes.there, &key).await),
            (1, 1)
        );
        let touch = Touch {
            expected: Revision::from_u64(1),
            last_seen_at: NOW + Duration::from_secs(seconds),
            expires_at,
        };
        assert_eq!(nodes.here.touch(&key, &touch, NOW).await.unwrap(), Touched::Touched);
        let has_moved = |loaded: &Loaded| matches!(loaded, Loaded::Found(record) if record.expires_at == expires_at);
        assert!(has_moved(&nodes.here.load(&key, NOW).await.unwrap()));
        found_elsewhere(&nodes.there, &key, has_moved).await;
    }
}

#[tokio::test]
async fn a_rotation_is_seen() {
    let nodes = nodes().await;
    let owner = new_owner();
    let mut key = create(&nodes.here, &owned(record(1), &owner)).await;
    for revision in 1..50 {
        assert_eq!(loaded(&nodes.here, &key).await, revision);
        comes_to(&nodes.there, &key, revision).await;
        let new = new_key();
        let record = owned(record(revision + 1), &owner);
        let rotation = rotation(&key, &new, Revision::from_u64(revision), &record);
        assert_eq!(nodes.here.rotate(&rotation, NOW).await.unwrap(), Rotated::Applied);
        assert_eq!(nodes.here.load(&key, NOW).await.unwrap(), Loaded::Moved(new));
        assert_eq!(loaded(&nodes.here, &new).await, revision + 1);
        found_elsewhere(&nodes.there, &key, |loaded| *loaded == Loaded::Moved(new)).await;
        key = new;
    }
}

#[tokio::test]
async fn a_deletion_is_seen_also_through_a_mark() {
    let nodes = nodes().await;
    for _ in 0..50 {
        let (old, new) = (create(&nodes.here, &record(1)).await, new_key());
        let record = record(2);
        let rotation = rotation(&old, &new, Revision::from_u64(1), &record);
        assert_eq!(nodes.there.rotate(&rotation, NOW).await.unwrap(), Rotated::Applied);
        assert_eq!(
            (loaded(&nodes.here, &new).await, loaded(&nodes.there, &new).await),
            (2, 2)
        );
        assert_eq!(nodes.here.delete(&old, NOW).await.unwrap(), Deleted::Deleted);
        assert_eq!(loaded(&nodes.here, &new).await, 0);
        comes_to(&nodes.there, &new, 0).await;
    }
}

#[tokio::test]
async fn the_end_of_all_sessions_of_an_owner_is_seen() {
    let nodes = nodes().await;
    let owner = new_owner();
    let mut keys = Vec::new();
    for _ in 0..50 {
        keys.push(create(&nodes.plain, &owned(record(1), &owner)).await);
    }
    for key in &keys {
        assert_eq!(
            (loaded(&nodes.here, key).await, loaded(&nodes.there, key).await),
            (1, 1)
        );
    }
    let ended = nodes
        .here
        .delete_sessions_of(&owner, Some(&keys[0]), NOW)
        .await
        .unwrap();
    assert_eq!(ended, 49);
    assert_eq!(
        (
            loaded(&nodes.here, &keys[0]).await,
            loaded(&nodes.there, &keys[0]).await
        ),
        (1, 1)
    );
    for key in &keys[1..] {
        assert_eq!(loaded(&nodes.here, key).await, 0);
        comes_to(&nodes.there, key, 0).await;
    }
}

#[tokio::test]
async fn it_is_seen_that_everything_was_cleared() {
    let nodes = nodes().await;
    let key = create(&nodes.here, &record(1)).await;
    assert_eq!(
        (loaded(&nodes.here, &key).await, loaded(&nodes.there, &key).await),
        (1, 1)
    );
    nodes.here.clear().await.unwrap();
    assert_eq!(loaded(&nodes.here, &key).await, 0);
    comes_to(&nodes.there, &key, 0).await;
}

#[tokio::test]
async fn it_is_seen_that_the_server_was_emptied() {
    let server = Server::start().await;
    let nodes = Nodes::on(&server.url(), 2).await;
    for command in ["FLUSHALL", "FLUSHDB"] {
        let key = create(&nodes.here, &record(1)).await;
        assert_eq!(loaded(&nodes.here, &key).await, 1);
        server.tell(&[command]).await;
        comes_to(&nodes.here, &key, 0).await;
    }
}

#[tokio::test]
async fn it_is_seen_that_the_server_has_removed_a_session() {
    let server = Server::start().await;
    let nodes = Nodes::on(&server.url(), 2).await;
    let key = create(&nodes.here, &record(1)).await;
    assert_eq!(loaded(&nodes.here, &key).await, 1);
    server.tell(&["PEXPIRE", &place_of(&nodes.prefix, &key), "30"]).await;
    comes_to(&nodes.here, &key, 0).await;
}
