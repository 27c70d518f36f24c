//! What [`Store::update`] promises.

use std::sync::Arc;

use session_core::{Deleted, Loaded, Record, Store, StoreKey, Touch, Touched, Updated};

use super::given::{
    HOUR, MILLISECOND, MINUTE, file, key, move_on, owned, promise_absent, promise_found, promise_listed, record,
    revision, rotation, start,
};
use super::promise::promise;

/// The whole record is replaced, and counts once.
pub async fn update_replaces_the_record(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let updated = Record {
        last_seen_at: now + MINUTE,
        expires_at: now + HOUR + MINUTE,
        ..owned("alice", 2, now)
    };
    promise(
        "a record with the expected revision is replaced",
        store.update(&key(1), &updated, revision(1), now).await,
        Updated::Applied,
    );
    promise_found("the new record is there", &store, &key(1), &updated, now).await;
    promise("a replaced record counts once", store.count(now).await, 1);
    promise_listed("a replaced record is listed once", &store, "alice", &[key(1)], now).await;
}

/// A record with another revision is left alone and is the answer.
pub async fn update_expects_the_current_revision(store: Arc<dyn Store>) {
    let now = start();
    let filed = owned("alice", 1, now);
    file(&store, &key(1), &filed, now).await;
    promise(
        "another revision is a conflict, with the current record",
        store.update(&key(1), &owned("alice", 3, now), revision(2), now).await,
        Updated::Conflict(filed.clone()),
    );
    promise_found("a conflict does nothing", &store, &key(1), &filed, now).await;
}

/// Revisions that differ in one bit differ, the highest and the lowest included.
pub async fn update_tells_close_revisions_apart(store: Arc<dyn Store>) {
    let now = start();
    let pairs = [
        (0, 1),
        (0, 1 << 63),
        (u64::MAX, u64::MAX - 1),
        ((1 << 53) + 1, 1 << 53),
        (1 << 32, 0),
    ];
    for (number, (stored, expected)) in (1..).zip(pairs) {
        let filed = Record {
            revision: revision(stored),
            ..record(1, now)
        };
        file(&store, &key(number), &filed, now).await;
        promise(
            "close revisions are told apart",
            store
                .update(&key(number), &record(2, now), revision(expected), now)
                .await,
            Updated::Conflict(filed),
        );
    }
}

/// The record of a conflict is the one of this instant, after updates and touches.
pub async fn a_conflict_carries_the_current_record(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let second = record(2, now);
    promise(
        "it is updated",
        store.update(&key(1), &second, revision(1), now).await,
        Updated::Applied,
    );
    let touch = Touch {
        expected: revision(2),
        last_seen_at: now + MINUTE,
        expires_at: now + HOUR + MINUTE,
    };
    promise(
        "it is touched",
        store.touch(&key(1), &touch, now).await,
        Touched::Touched,
    );
    promise(
        "a conflict carries the record as it is now",
        store.update(&key(1), &record(3, now), revision(1), now).await,
        Updated::Conflict(Record {
            last_seen_at: touch.last_seen_at,
            expires_at: touch.expires_at,
            ..second
        }),
    );
}

/// An unknown key is gone, and stays so.
pub async fn update_of_an_unknown_key_is_gone(store: Arc<dyn Store>) {
    let now = start();
    promise_update_gone(&store, &key(1), start()).await;
    promise("an update never inserts", store.count(now).await, 0);
}

/// A deleted session is gone, and stays so.
pub async fn update_of_a_deleted_session_is_gone(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    promise("it is deleted", store.delete(&key(1), now).await, Deleted::Deleted);
    promise_update_gone(&store, &key(1), now).await;
    promise_listed("an update never inserts", &store, "alice", &[], now).await;
}

/// A session is gone from its end on, and not a millisecond before.
pub async fn update_of_an_ended_session_is_gone(store: Arc<dyn Store>) {
    let now = start();
    for number in [1, 2] {
        file(&store, &key(number), &owned("alice", 1, now), now).await;
    }
    let before = now + HOUR - MILLISECOND;
    let updated = Record {
        expires_at: before + HOUR,
        ..owned("alice", 2, now)
    };
    promise(
        "a session can be updated to its last millisecond",
        store.update(&key(1), &updated, revision(1), before).await,
        Updated::Applied,
    );
    promise_update_gone(&store, &key(2), now + HOUR).await;
}

/// A rotated session answers with its successor's key, and the successor stays as it is.
pub async fn update_of_a_rotated_session_names_its_successor(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    move_on(&store, &rotation(&key(1), &key(2), &moved, 1, now), now).await;
    for expected in [1, 2] {
        promise(
            "a mark can't be updated: it names the successor",
            store.update(&key(1), &record(3, now), revision(expected), now).await,
            Updated::Moved(key(2)),
        );
    }
    promise(
        "the mark is as it was",
        store.load(&key(1), now).await,
        Loaded::Moved(key(2)),
    );
    promise_found("the successor is as it was", &store, &key(2), &moved, now).await;
}

/// An update moves the end where it says, forward or back.
pub async fn update_can_shorten_and_lengthen_the_end(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    for (number, lives_for) in [(2, MINUTE), (3, HOUR + HOUR), (4, MINUTE + MINUTE)] {
        let updated = Record {
            expires_at: now + lives_for,
            ..record(number, now)
        };
        promise(
            "an update may move the end",
            store.update(&key(1), &updated, revision(number - 1), now).await,
            Updated::Applied,
        );
        promise_found("the end is where the update put it", &store, &key(1), &updated, now).await;
    }
    promise_absent("a shortened end is an end", &store, &key(1), now + MINUTE + MINUTE).await;
}

/// An update to an end that has passed ends the session.
pub async fn update_to_a_passed_end_ends_the_session(store: Arc<dyn Store>) {
    let now = start();
    for (number, expires_at) in [(1, now), (2, now - HOUR)] {
        file(&store, &key(number), &owned("alice", 1, now), now).await;
        let ended = Record {
            expires_at,
            ..owned("alice", 2, now)
        };
        promise(
            "an update may end the session",
            store.update(&key(number), &ended, revision(1), now).await,
            Updated::Applied,
        );
        promise_absent("the session has ended", &store, &key(number), now).await;
        promise_listed("the session is not listed", &store, "alice", &[], now).await;
    }
}

/// A payload may grow, shrink and vanish.
pub async fn update_can_change_the_size_of_the_payload(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    for (number, bytes) in [(2, 100_000), (3, 10), (4, 0), (5, 5_000)] {
        let updated = Record {
            payload: vec![7; bytes].into(),
            ..record(number, now)
        };
        promise(
            "an update may change the payload's size",
            store.update(&key(1), &updated, revision(number - 1), now).await,
            Updated::Applied,
        );
        promise_found("the payload is the new one", &store, &key(1), &updated, now).await;
    }
}

async fn promise_update_gone(store: &dyn Store, key: &StoreKey, now: session_core::Moment) {
    promise(
        "what is absent can't be updated",
        store.update(key, &owned("alice", 2, now), revision(1), now).await,
        Updated::Gone,
    );
    promise_absent("an update never inserts", store, key, now).await;
}
