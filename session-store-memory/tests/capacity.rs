//! What a store holds at most, and what it does then.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use session_core::{Created, Loaded, Record, Revision, Rotated, Rotation, Store, StoreError, StoreKey, Updated};
use session_store_memory::{MemoryStore, WhenFull};
use support::{at, ending, keys, signed_in};

/// What a session counts with, besides its payload; and what an owner adds, besides the name.
const SESSION: usize = 192;
const OWNER: usize = 128;

fn room_for(sessions: usize, when_full: WhenFull) -> MemoryStore {
    let settings = MemoryStore::builder().max_sessions(sessions).when_full(when_full);
    settings.build().unwrap()
}

async fn create(store: &MemoryStore, key: &StoreKey, record: &Record) -> Result<Created, StoreError> {
    store.create(key, record, None, at(10)).await
}

async fn fill(store: &MemoryStore, sessions: &[(StoreKey, Record)]) {
    for (key, record) in sessions {
        assert_eq!(create(store, key, record).await.unwrap(), Created::Created);
    }
}

async fn is_alive(store: &MemoryStore, key: &StoreKey) -> bool {
    matches!(store.load(key, at(10)).await.unwrap(), Loaded::Found(_))
}

fn moved<'a>(old: &'a StoreKey, new: &'a StoreKey, record: &'a Record) -> Rotation<'a> {
    Rotation {
        old,
        new,
        record,
        expected: Revision::from_u64(1),
        mark_until: at(90),
        signs_in: None,
    }
}

#[tokio::test]
async fn a_full_store_refuses_another_session_and_keeps_those_it_has() {
    let (store, keys) = (room_for(2, WhenFull::Refuse), keys(3));
    fill(&store, &[(keys[0], ending(50, 9)), (keys[1], ending(60, 9))]).await;
    let refused = create(&store, &keys[2], &ending(70, 9)).await;
    assert!(matches!(refused, Err(StoreError::Full)));
    assert!(is_alive(&store, &keys[0]).await && is_alive(&store, &keys[1]).await);
    assert_eq!(store.held_sessions(), 2);
}

#[tokio::test]
async fn nobody_is_evicted_for_a_session_that_is_not_filed_anyway() {
    let (store, keys) = (room_for(1, WhenFull::EvictNearestEnd), keys(2));
    fill(&store, &[(keys[0], ending(50, 9))]).await;
    let taken = create(&store, &keys[0], &ending(60, 9)).await.unwrap();
    assert_eq!(taken, Created::Taken);
    let ann = signed_in(ending(60, 9), "ann");
    let ended = store
        .delete_sessions_of(ann.owner.as_ref().unwrap(), None, at(10))
        .await;
    assert_eq!(ended.unwrap(), 0);
    let late = store.create(&keys[1], &ann, Some(at(10)), at(10)).await.unwrap();
    assert_eq!(late, Created::CutOff);
    assert!(is_alive(&store, &keys[0]).await);
}

#[tokio::test]
async fn sessions_that_have_ended_make_room_whoever_they_belong_to() {
    for when_full in [WhenFull::Refuse, WhenFull::EvictNearestEnd] {
        let (store, keys) = (room_for(2, when_full), keys(3));
        let ended = signed_in(ending(5, 9), "ann");
        assert_eq!(
            store.create(&keys[0], &ended, None, at(1)).await.unwrap(),
            Created::Created
        );
        fill(&store, &[(keys[1], ending(11, 9)), (keys[2], ending(70, 9))]).await;
        assert!(is_alive(&store, &keys[1]).await && is_alive(&store, &keys[2]).await);
    }
}

#[tokio::test]
async fn bytes_are_counted_with_a_session_s_and_an_owner_s_own() {
    let (store, keys) = (MemoryStore::new(), keys(3));
    fill(
        &store,
        &[(keys[0], ending(50, 100)), (keys[1], signed_in(ending(50, 10), "ann"))],
    )
    .await;
    assert_eq!(store.held_bytes(), SESSION + 100 + SESSION + 10 + OWNER + 3);
    let smaller = Record {
        revision: Revision::from_u64(2),
        ..ending(50, 1)
    };
    let signed_out = moved(&keys[1], &keys[2], &smaller);
    assert_eq!(store.rotate(&signed_out, at(10)).await.unwrap(), Rotated::Applied);
    assert_eq!((store.held_sessions(), store.held_bytes()), (2, 2 * SESSION + 101));
    let updated = store
        .update(&keys[0], &smaller, Revision::from_u64(1), at(10))
        .await
        .unwrap();
    assert_eq!((updated, store.held_bytes()), (Updated::Applied, 2 * SESSION + 2));
    store.clear().await.unwrap();
    assert_eq!((store.held_sessions(), store.held_bytes()), (0, 0));
}

#[tokio::test]
async fn a_session_that_grows_beyond_the_limit_keeps_its_old_value_and_place() {
    let (store, keys) = (
        MemoryStore::builder().max_bytes(2 * SESSION + 100).build().unwrap(),
        keys(3),
    );
    let before = ending(50, 50);
    fill(&store, &[(keys[0], before.clone()), (keys[1], before.clone())]).await;
    let larger = Record {
        revision: Revision::from_u64(2),
        ..ending(60, 51)
    };
    let updated = store.update(&keys[0], &larger, before.revision, at(10)).await;
    assert!(matches!(updated, Err(StoreError::Full)));
    let rotated = store.rotate(&moved(&keys[0], &keys[2], &larger), at(10)).await;
    assert!(matches!(rotated, Err(StoreError::Full)));
    assert_eq!(store.load(&keys[0], at(10)).await.unwrap(), Loaded::Found(before));
    assert_eq!(store.load(&keys[2], at(10)).await.unwrap(), Loaded::Absent);
    assert_eq!(store.held_bytes(), 2 * SESSION + 100);
}

#[tokio::test]
async fn nothing_is_evicted_for_a_session_that_can_never_fit() {
    let settings = MemoryStore::builder()
        .max_bytes(SESSION + 100)
        .when_full(WhenFull::EvictNearestEnd);
    let (store, keys) = (settings.build().unwrap(), keys(2));
    fill(&store, &[(keys[0], ending(50, 100))]).await;
    let created = create(&store, &keys[1], &ending(50, 101)).await;
    assert!(matches!(created, Err(StoreError::TooLarge { bytes: 293, limit: 292 })));
    let updated = store
        .update(&keys[0], &ending(50, 101), Revision::from_u64(1), at(10))
        .await;
    assert!(matches!(updated, Err(StoreError::TooLarge { .. })));
    assert!(is_alive(&store, &keys[0]).await);
}

#[tokio::test]
async fn the_anonymous_session_nearest_its_end_goes_first() {
    let (count, keys) = (500, keys(1_000));
    let store = room_for(count, WhenFull::EvictNearestEnd);
    // 3 is no divisor of 500, so the ends are shuffled and all differ.
    let end = |number: usize| 1_000 + (number * 3 % count) as u64;
    for (number, key) in keys[..count].iter().enumerate() {
        fill(&store, &[(*key, ending(end(number), 9))]).await;
    }
    for evicted in 0..count {
        fill(&store, &[(keys[count + evicted], ending(9_000, 9))]).await;
        for (number, key) in keys[..count].iter().enumerate().step_by(7) {
            let is_spared = end(number) > 1_000 + evicted as u64;
            assert_eq!(is_alive(&store, key).await, is_spared);
        }
    }
    assert_eq!(store.held_sessions(), count);
}

#[tokio::test]
async fn a_session_that_was_prolonged_is_not_evicted_at_its_old_end() {
    let (store, keys) = (room_for(3, WhenFull::EvictNearestEnd), keys(4));
    for (key, end) in keys.iter().zip([50, 60, 70]) {
        fill(&store, &[(*key, ending(end, 9))]).await;
    }
    let prolonged = Record {
        revision: Revision::from_u64(2),
        ..ending(99, 9)
    };
    let updated = store
        .update(&keys[0], &prolonged, Revision::from_u64(1), at(10))
        .await
        .unwrap();
    assert_eq!(updated, Updated::Applied);
    fill(&store, &[(keys[3], ending(80, 9))]).await;
    assert!(is_alive(&store, &keys[0]).await && !is_alive(&store, &keys[1]).await);
}

#[tokio::test]
async fn a_signed_in_session_is_never_evicted() {
    let (store, keys) = (room_for(3, WhenFull::EvictNearestEnd), keys(6));
    let ann = signed_in(ending(11, 9), "ann");
    fill(
        &store,
        &[(keys[0], ann.clone()), (keys[1], ann.clone()), (keys[2], ending(99, 9))],
    )
    .await;
    fill(&store, &[(keys[3], ann.clone())]).await;
    assert!(!is_alive(&store, &keys[2]).await);
    for record in [ann, ending(99, 9)] {
        assert!(matches!(create(&store, &keys[4], &record).await, Err(StoreError::Full)));
    }
    assert_eq!(store.count(at(10)).await.unwrap(), 3);
}

#[tokio::test]
async fn a_session_that_grows_makes_others_go_and_stays() {
    let settings = MemoryStore::builder()
        .max_bytes(4 * (SESSION + 100))
        .when_full(WhenFull::EvictNearestEnd);
    let (store, keys) = (settings.build().unwrap(), keys(4));
    for (key, end) in keys.iter().zip([20, 30, 40, 50]) {
        fill(&store, &[(*key, ending(end, 100))]).await;
    }
    let larger = Record {
        revision: Revision::from_u64(2),
        ..ending(20, 500)
    };
    let updated = store
        .update(&keys[0], &larger, Revision::from_u64(1), at(10))
        .await
        .unwrap();
    assert_eq!(updated, Updated::Applied);
    assert!(!is_alive(&store, &keys[1]).await && !is_alive(&store, &keys[2]).await);
    assert!(is_alive(&store, &keys[0]).await && is_alive(&store, &keys[3]).await);
}

#[tokio::test]
async fn a_session_that_moves_takes_no_second_place() {
    let (store, keys) = (room_for(1, WhenFull::Refuse), keys(9));
    fill(&store, &[(keys[0], ending(50, 9))]).await;
    for (old, new) in keys.iter().zip(&keys[1..]) {
        let rotated = store.rotate(&moved(old, new, &ending(50, 9)), at(10)).await.unwrap();
        assert_eq!(rotated, Rotated::Applied);
    }
    assert_eq!((store.held_sessions(), store.held_bytes()), (1, SESSION + 9));
}

#[tokio::test]
async fn clones_share_their_sessions_and_debug_shows_counts_only() {
    let (store, keys) = (MemoryStore::new(), keys(1));
    fill(&store.clone(), &[(keys[0], signed_in(ending(50, 9), "ann"))]).await;
    assert!(is_alive(&store, &keys[0]).await);
    let shown = format!("{store:?}");
    assert_eq!(
        shown,
        "MemoryStore { held_sessions: 1, max_sessions: 1000000, held_bytes: 332, max_bytes: 1073741824, \
         when_full: Refuse }"
    );
}
