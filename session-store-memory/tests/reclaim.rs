//! Ended sessions go without being read.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::sync::Arc;

use fastrand::Rng;
use session_core::{
    CUT_OFF_KEPT, Created, Moment, Owner, Revision, Rotated, Rotation, Store, StoreKey, Touch, Touched,
};
use session_store_memory::MemoryStore;
use support::{at, ending, keys};

async fn create(store: &MemoryStore, key: &StoreKey, end: u64, now: Moment) {
    let created = store.create(key, &ending(end, 9), None, now).await.unwrap();
    assert_eq!(created, Created::Created);
}

#[tokio::test]
async fn a_burst_that_has_ended_is_gone_after_half_as_many_creations() {
    let (store, keys) = (MemoryStore::new(), keys(60_000));
    let (burst, later) = keys.split_at(40_000);
    for key in burst {
        create(&store, key, 50, at(1)).await;
    }
    for key in later {
        create(&store, key, 1_000, at(50)).await;
    }
    assert_eq!(store.held_sessions(), later.len());
}

#[tokio::test]
async fn an_application_that_keeps_creating_holds_about_one_ended_session_a_shard() {
    let (store, keys, mut random) = (MemoryStore::new(), keys(40_000), Rng::with_seed(3));
    let life = 10_000;
    for (now, key) in keys.iter().enumerate() {
        let millis = now as u64;
        create(&store, key, millis + life, at(millis)).await;
        // Some are prolonged, so that the ends move under which they are filed.
        let recent = &keys[now - random.usize(..=now.min(5_000))];
        let (last_seen_at, expires_at) = (at(millis), at(millis + life));
        let touch = Touch {
            expected: Revision::from_u64(1),
            last_seen_at,
            expires_at,
        };
        assert_eq!(store.touch(recent, &touch, at(millis)).await.unwrap(), Touched::Touched);
        if now % 5_000 == 0 {
            let living = store.count(at(millis)).await.unwrap();
            assert!((store.held_sessions() as u64) - living < 512);
        }
    }
}

#[tokio::test]
async fn the_payload_of_an_ended_session_is_freed() {
    let (store, keys) = (MemoryStore::new(), keys(10_000));
    let record = ending(50, 9);
    let payload = Arc::downgrade(&record.payload);
    let created = store.create(&keys[0], &record, None, at(1)).await.unwrap();
    assert_eq!(created, Created::Created);
    drop(record);
    for key in &keys[1..] {
        create(&store, key, 1_000, at(50)).await;
    }
    assert_eq!(payload.strong_count(), 0);
}

#[tokio::test]
async fn a_clean_up_removes_no_more_than_it_is_told_and_nothing_that_lives() {
    let (store, keys) = (MemoryStore::new(), keys(1_000));
    for (end, key) in keys.iter().enumerate() {
        create(&store, key, 100 + end as u64, at(1)).await;
    }
    assert_eq!(store.delete_expired(150, at(399)).await.unwrap(), 150);
    assert_eq!(store.delete_expired(usize::MAX, at(399)).await.unwrap(), 150);
    assert_eq!(store.delete_expired(1, at(399)).await.unwrap(), 0);
    assert_eq!((store.held_sessions(), store.count(at(399)).await.unwrap()), (700, 700));
}

#[tokio::test]
async fn a_clean_up_removes_marks_and_cut_offs_too() {
    let (store, keys, owner) = (MemoryStore::new(), keys(2), Owner::new("ann").unwrap());
    create(&store, &keys[0], 9_000, at(1)).await;
    let rotation = Rotation {
        old: &keys[0],
        new: &keys[1],
        record: &ending(9_000, 9),
        expected: Revision::from_u64(1),
        mark_until: at(50),
        signs_in: None,
    };
    assert_eq!(store.rotate(&rotation, at(1)).await.unwrap(), Rotated::Applied);
    assert_eq!(store.delete_sessions_of(&owner, None, at(1)).await.unwrap(), 0);
    assert_eq!(store.delete_expired(9, at(49)).await.unwrap(), 0);
    assert_eq!(store.delete_expired(9, at(50)).await.unwrap(), 1);
    let forgotten = at(1) + CUT_OFF_KEPT;
    assert_eq!(
        store.delete_expired(9, forgotten).await.unwrap(),
        2,
        "the cut-off, and the session by then"
    );
    assert_eq!(store.delete_expired(9, forgotten).await.unwrap(), 0);
}
