//! What a process leaves behind that dies between two steps, in a cluster, where session and index are on different nodes.
//!
//! The steps that it took are made by hand.

use session_core::{Created, Deleted, Loaded, Owner, Record, Rotated, Store as _, StoreKey};
use session_store_redis::RedisStore;

use crate::builder;
use crate::support::cluster::Cluster;
use crate::support::server::Server;
use crate::support::session::{
    NOW, counting, create, name_of, new_key, new_revision, owned, owner, place_of, rotation,
};

const PREFIX: &str = "session:";

/// One node that has all slots does all in as many steps as a hundred.
async fn cluster() -> (Server, RedisStore) {
    let mut cluster = Cluster::start(1).await;
    let store = builder(cluster.url()).prefix(PREFIX).connect().await.unwrap();
    (cluster.masters.remove(0), store)
}

fn index_of(owner: &Owner) -> String {
    format!("{PREFIX}owner:{}", owner.as_str())
}

async fn listed(store: &RedisStore, owner: &Owner) -> Vec<StoreKey> {
    let listed = store.sessions_of(owner, NOW).await.unwrap();
    let mut keys: Vec<_> = listed.into_iter().map(|listed| listed.key).collect();
    keys.sort_unstable_by_key(|key| *key.as_bytes());
    keys
}

/// Takes `key` off the list, as if it had never been put there.
async fn unlist(node: &Server, owner: &Owner, key: &StoreKey) {
    assert_eq!(node.ask::<u64>(&["ZREM", &index_of(owner), &name_of(key)]).await, 1);
}

async fn entries(node: &Server, owner: &Owner) -> Vec<String> {
    let mut names: Vec<String> = node.ask(&["ZRANGE", &index_of(owner), "0", "-1"]).await;
    names.retain(|name| name != "cut");
    names
}

#[tokio::test]
async fn a_creation_that_broke_off_before_it_was_listed_left_what_nobody_can_reach() {
    let (node, store) = cluster().await;
    let ann = owner("ann");
    let answered = create(&store, &owned(counting(0), &ann)).await;
    let rubbish = create(&store, &owned(counting(0), &ann)).await;
    unlist(&node, &ann, &rubbish).await;
    assert_eq!(listed(&store, &ann).await, [answered]);
    assert_eq!(store.delete_sessions_of(&ann, None, NOW).await.unwrap(), 1);
    assert_eq!(store.load(&answered, NOW).await.unwrap(), Loaded::Absent);
    // Its end comes by itself.
    let left: i64 = node.ask(&["PTTL", &place_of(PREFIX, &rubbish)]).await;
    assert!(left > 0, "{left}");
}

/// Both ways in which a session can be gone that is listed.
#[tokio::test]
async fn an_entry_without_a_session_goes_with_the_next_look() {
    let (node, store) = cluster().await;
    let ann = owner("ann");
    let living = create(&store, &owned(counting(0), &ann)).await;
    let dropped = create(&store, &owned(counting(0), &ann)).await;
    let deleted = create(&store, &owned(counting(0), &ann)).await;
    node.tell(&["DEL", &place_of(PREFIX, &dropped)]).await;
    assert_eq!(store.delete(&deleted, NOW).await.unwrap(), Deleted::Deleted);
    assert_eq!(entries(&node, &ann).await.len(), 3);
    assert_eq!(listed(&store, &ann).await, [living]);
    assert_eq!(entries(&node, &ann).await, [name_of(&living)]);
}

/// The new record is there and listed, the old one is as it was: whoever has the old id goes on.
#[tokio::test]
async fn a_rotation_that_broke_off_before_the_turn_ended_nothing() {
    let (_node, store) = cluster().await;
    let ann = owner("ann");
    let (first, second) = (owned(counting(0), &ann), owned(counting(0), &ann));
    let old = create(&store, &first).await;
    let abandoned = create(&store, &second).await;
    // It is sent again, as it was.
    let again = store
        .rotate(&rotation(&old, &abandoned, first.revision, &second), NOW)
        .await
        .unwrap();
    assert_eq!(again, Rotated::Applied);
    assert_eq!(store.load(&old, NOW).await.unwrap(), Loaded::Moved(abandoned));
    assert_eq!(listed(&store, &ann).await, [abandoned]);
}

#[tokio::test]
async fn a_rotation_that_broke_off_before_the_turn_is_ended_with_all_others() {
    let (node, store) = cluster().await;
    let ann = owner("ann");
    let old = create(&store, &owned(counting(0), &ann)).await;
    let abandoned = create(&store, &owned(counting(0), &ann)).await;
    assert_eq!(store.delete_sessions_of(&ann, None, NOW).await.unwrap(), 2);
    for key in [&old, &abandoned] {
        assert_eq!(store.load(key, NOW).await.unwrap(), Loaded::Absent);
    }
    assert_eq!(entries(&node, &ann).await, Vec::<String>::new());
    assert_eq!(listed(&store, &ann).await, []);
}

/// The old key's mark is there, and the old entry still is: the next look follows neither.
#[tokio::test]
async fn after_a_rotation_the_old_entry_is_of_no_consequence() {
    let (node, store) = cluster().await;
    let ann = owner("ann");
    let (first, second) = (owned(counting(0), &ann), owned(counting(0), &ann));
    let (old, new) = (create(&store, &first).await, new_key());
    let rotated = store
        .rotate(&rotation(&old, &new, first.revision, &second), NOW)
        .await
        .unwrap();
    assert_eq!(rotated, Rotated::Applied);
    assert_eq!(entries(&node, &ann).await.len(), 2);
    assert_eq!(listed(&store, &ann).await, [new]);
    assert_eq!(entries(&node, &ann).await, [name_of(&new)]);
    assert_eq!(store.delete_sessions_of(&ann, None, NOW).await.unwrap(), 1);
    assert_eq!(store.load(&new, NOW).await.unwrap(), Loaded::Absent);
}

/// A rotation whose first steps come late, after the session was ended: its mark is not made, and its record goes.
#[tokio::test]
async fn a_rotation_that_comes_to_its_turn_after_a_deletion_brings_nothing_back() {
    let (_node, store) = cluster().await;
    let ann = owner("ann");
    let (first, second) = (owned(counting(0), &ann), owned(counting(0), &ann));
    let old = create(&store, &first).await;
    let new = create(&store, &second).await;
    assert_eq!(store.delete(&old, NOW).await.unwrap(), Deleted::Deleted);
    let late = store
        .rotate(&rotation(&old, &new, first.revision, &second), NOW)
        .await
        .unwrap();
    assert_eq!(late, Rotated::Gone);
    assert_eq!(store.load(&new, NOW).await.unwrap(), Loaded::Absent);
    assert_eq!(listed(&store, &ann).await, []);
}

/// The same with an update in between: it was acknowledged, so it stays, and the rotation does not happen.
#[tokio::test]
async fn a_rotation_that_comes_to_its_turn_after_an_update_leaves_the_update() {
    let (_node, store) = cluster().await;
    let ann = owner("ann");
    let (first, second) = (owned(counting(0), &ann), owned(counting(0), &ann));
    let old = create(&store, &first).await;
    let new = create(&store, &second).await;
    let updated = Record {
        revision: new_revision(),
        ..first.clone()
    };
    drop(store.update(&old, &updated, first.revision, NOW).await.unwrap());
    let late = store
        .rotate(&rotation(&old, &new, first.revision, &second), NOW)
        .await
        .unwrap();
    assert_eq!(late, Rotated::Conflict(updated));
    assert_eq!(store.load(&new, NOW).await.unwrap(), Loaded::Absent);
    assert_eq!(listed(&store, &ann).await, [old]);
}

/// As many sign-ins as there are, each is either answered and listed, or cut off and gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_everywhere_misses_no_sign_in_that_was_answered_before() {
    let (_node, store) = cluster().await;
    let ann = owner("ann");
    for _ in 0..20 {
        let sign_ins: Vec<_> = (0..20)
            .map(|_| {
                let (store, record, key) = (store.clone(), owned(counting(0), &ann), new_key());
                tokio::spawn(async move {
                    let created = store.create(&key, &record, Some(NOW), NOW).await.unwrap();
                    (key, created)
                })
            })
            .collect();
        tokio::task::yield_now().await;
        store.delete_sessions_of(&ann, None, NOW).await.unwrap();
        for sign_in in sign_ins {
            let (key, created) = sign_in.await.unwrap();
            assert_ne!(created, Created::Taken);
            assert_eq!(store.load(&key, NOW).await.unwrap(), Loaded::Absent);
        }
        // The next round's sign-ins begin after the cut-off.
        store.clear().await.unwrap();
    }
}
