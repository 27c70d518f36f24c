//! Rows that somebody else holds.

use std::sync::Arc;
use std::time::Duration;

use session_core::{Loaded, Record, Revision, Rotated, Store, StoreError, StoreKey, Updated};
use tokio::time::{Instant, sleep};

use crate::SLACK;
use crate::support::client::Client;
use crate::support::engine::{BeforeAcquire, Engine, Settings};
use crate::support::session::{NOW, counting, create, found, new_key, new_owner, owned, rotation};
use crate::support::{chain, variable};

on_each_engine! {
    a_row_that_is_held_for_longer_than_the_limit_is_given_up_for_good
    a_row_that_is_held_for_longer_than_the_limit_is_given_up_over_a_pool
    a_row_that_is_held_for_a_moment_is_waited_for
    the_victim_of_a_deadlock_tries_again
    a_conflict_that_was_waited_for_carries_what_is_there_now
}

/// Takes a lock on this session, until the transaction ends.
async fn hold<E: Engine>(client: &mut Client<E>, table: &str, key: &StoreKey) {
    let key = E::key(key);
    client.tell("BEGIN").await;
    client
        .tell(&format!("SELECT expires_at FROM {table} WHERE id = {key} FOR UPDATE"))
        .await;
}

/// The server gives up before the store does, so it is known that nothing was done, and will not be.
async fn a_row_that_is_held_for_longer_than_the_limit_is_given_up_for_good<E: Engine>() {
    let settings = Settings::shared::<E>().response_timeout(E::LEAST_LIMIT);
    let store = settings.connect::<E>().await;
    let first = counting(0);
    let key = create(&store, &first).await;
    let mut other = Client::<E>::user().await;
    hold(&mut other, &settings.table, &key).await;
    let error = refused_in_time::<E>(&store, &key, &first).await;
    assert!(matches!(error, StoreError::Unavailable(_)), "{}", chain(&error));
    // Who only reads is not in line.
    assert!(matches!(store.load(&key, NOW).await.unwrap(), Loaded::Found(_)));
    sleep(E::GIVEN_UP_AFTER).await;
    other.tell("COMMIT").await;
    sleep(Duration::from_millis(200)).await;
    assert_eq!(found(&store, &key).await, first);
    let updated = store.update(&key, &counting(1), first.revision, NOW).await.unwrap();
    assert_eq!(updated, Updated::Applied);
}

/// The application's pool has its own opinion on how long the server is to wait, so the answer is that it is unknown.
async fn a_row_that_is_held_for_longer_than_the_limit_is_given_up_over_a_pool<E: Engine>() {
    // Encrypted, as that closes more slowly.
    let settings = Settings::at(variable(E::URL))
        .response_timeout(E::LEAST_LIMIT)
        .connections(1);
    let store = E::connect_pool(settings.clone(), BeforeAcquire::Nothing).await.unwrap();
    let first = counting(0);
    let key = create(&store, &first).await;
    let mut other = Client::<E>::user().await;
    hold(&mut other, &settings.table, &key).await;
    let error = refused_in_time::<E>(&store, &key, &first).await;
    assert!(
        matches!(error, StoreError::ReplyLost(_) | StoreError::Unavailable(_)),
        "{}",
        chain(&error)
    );
    // Its one connection is free for others.
    assert!(matches!(store.load(&key, NOW).await.unwrap(), Loaded::Found(_)));
    other.tell("COMMIT").await;
}

async fn refused_in_time<E: Engine>(store: &Arc<dyn Store>, key: &StoreKey, known: &Record) -> StoreError {
    let begin = Instant::now();
    let error = store.update(key, &counting(1), known.revision, NOW).await.unwrap_err();
    let took = begin.elapsed();
    assert!(took > E::LEAST_LIMIT / 2 && took < E::LEAST_LIMIT + SLACK, "{took:?}");
    error
}

async fn a_row_that_is_held_for_a_moment_is_waited_for<E: Engine>() {
    let settings = Settings::shared::<E>();
    let store = settings.connect::<E>().await;
    let first = counting(0);
    let key = create(&store, &first).await;
    let mut other = Client::<E>::user().await;
    hold(&mut other, &settings.table, &key).await;
    let next = counting(1);
    let (updated, ()) = tokio::join!(store.update(&key, &next, first.revision, NOW), async {
        sleep(Duration::from_millis(300)).await;
        other.tell("COMMIT").await;
    });
    assert_eq!(updated.unwrap(), Updated::Applied);
}

/// Each of the two has what the other wants. The store's statement was the first to wait, so where it is the server's choice by
/// time it is the victim; the other side gives way otherwise.
async fn the_victim_of_a_deadlock_tries_again<E: Engine>() {
    let settings = Settings::shared::<E>();
    let store = settings.connect::<E>().await;
    // Whichever of the rows the statement comes to first.
    for held in [0, 1] {
        let owner = new_owner();
        let (one, other) = (owned(counting(0), &owner), owned(counting(0), &owner));
        let keys = [create(&store, &one).await, create(&store, &other).await];
        let mut client = Client::<E>::user().await;
        hold(&mut client, &settings.table, &keys[held]).await;
        let deletion = tokio::spawn({
            let store = Arc::clone(&store);
            async move { store.delete_sessions_of(&owner, None, NOW).await }
        });
        sleep(Duration::from_millis(300)).await;
        let (table, wanted) = (&settings.table, E::key(&keys[1 - held]));
        let lock = format!("SELECT expires_at FROM {table} WHERE id = {wanted} FOR UPDATE");
        drop(client.try_ask(&lock).await);
        drop(client.try_ask("ROLLBACK").await);
        let deleted = deletion.await.unwrap();
        assert!(deleted.is_ok(), "{}", chain(&deleted.unwrap_err()));
        assert_eq!(deleted.unwrap(), 2);
    }
}

/// What there was when the statement began is not what it lost to.
async fn a_conflict_that_was_waited_for_carries_what_is_there_now<E: Engine>() {
    let settings = Settings::shared::<E>();
    let store = settings.connect::<E>().await;
    let (first, mine, turned) = (counting(0), counting(5), new_key());
    let their = Record {
        revision: Revision::from_u64(7),
        payload: Arc::from(9_u64.to_be_bytes()),
        ..first.clone()
    };
    for rotates in [false, true] {
        let key = create(&store, &first).await;
        let mut other = Client::<E>::user().await;
        hold(&mut other, &settings.table, &key).await;
        let (table, payload, place) = (&settings.table, E::bytes(&their.payload), E::key(&key));
        let change = format!("UPDATE {table} SET revision = 7, payload = {payload} WHERE id = {place}");
        other.tell(&change).await;
        let rotation = rotation(&key, &turned, first.revision, &mine);
        let answer = async {
            if rotates {
                let rotated = store.rotate(&rotation, NOW).await.unwrap();
                assert_eq!(rotated, Rotated::Conflict(their.clone()));
            } else {
                let updated = store.update(&key, &mine, first.revision, NOW).await.unwrap();
                assert_eq!(updated, Updated::Conflict(their.clone()));
            }
        };
        tokio::join!(answer, async {
            sleep(Duration::from_millis(300)).await;
            other.tell("COMMIT").await;
        });
    }
}
