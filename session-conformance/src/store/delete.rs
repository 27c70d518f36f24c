//! What [`Store::delete`] promises.

use std::sync::Arc;

use session_core::{Deleted, Loaded, MARK_KEPT, Moment, Rotated, Store, StoreKey, Touch, Touched, Updated};

use super::given::{
    HOUR, MILLISECOND, file, key, move_on, owned, promise_absent, promise_found, promise_listed, record, revision,
    rotation, start,
};
use super::promise::{answered, promise, promise_that};

/// The session is gone from everywhere, and all others stay.
pub async fn delete_ends_the_session(store: Arc<dyn Store>) {
    let now = start();
    let other = owned("alice", 2, now);
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    file(&store, &key(2), &other, now).await;
    promise(
        "a living session is deleted",
        store.delete(&key(1), now).await,
        Deleted::Deleted,
    );
    promise_absent("a deleted session is absent", &store, &key(1), now).await;
    promise_listed("a deleted session is not listed", &store, "alice", &[key(2)], now).await;
    promise("a deleted session does not count", store.count(now).await, 1);
    promise_found("no other session is deleted", &store, &key(2), &other, now).await;
    promise(
        "a deleted session can't be deleted again",
        store.delete(&key(1), now).await,
        Deleted::Absent,
    );
}

/// Where there is nothing, there is nothing to delete.
pub async fn delete_of_an_unknown_key_is_absent(store: Arc<dyn Store>) {
    promise(
        "an unknown key is absent",
        store.delete(&key(1), start()).await,
        Deleted::Absent,
    );
}

/// A session that has ended was none.
pub async fn delete_of_an_ended_session_is_absent(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    promise(
        "an ended session is absent",
        store.delete(&key(1), now + HOUR).await,
        Deleted::Absent,
    );
}

/// Whoever deletes by the old key ends the session under the new one.
pub async fn delete_through_a_mark_ends_the_successor(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let moved = owned("alice", 2, now);
    move_on(&store, &rotation(&key(1), &key(2), &moved, 1, now), now).await;
    promise("a mark is followed", store.delete(&key(1), now).await, Deleted::Deleted);
    promise_absent("the successor has ended", &store, &key(2), now).await;
    promise_listed("the successor is not listed", &store, "alice", &[], now).await;
    promise(
        "nothing lives at the end of the mark",
        store.delete(&key(1), now).await,
        Deleted::Absent,
    );
    promise_no_record_under_the_old_key(&store, now).await;
}

/// A chain of marks is followed to its end.
pub async fn delete_follows_a_chain_of_marks(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    for number in 1..=4 {
        let moved = record(u64::from(number) + 1, now);
        move_on(
            &store,
            &rotation(&key(number), &key(number + 1), &moved, u64::from(number), now),
            now,
        )
        .await;
    }
    promise(
        "a chain of marks is followed",
        store.delete(&key(1), now).await,
        Deleted::Deleted,
    );
    promise_absent("the session at its end has ended", &store, &key(5), now).await;
    promise("nothing lives", store.count(now).await, 0);
}

/// A mark whose time has passed leads nowhere.
pub async fn delete_through_an_ended_mark_spares_the_successor(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    move_on(&store, &rotation(&key(1), &key(2), &moved, 1, now), now).await;
    let later = now + MARK_KEPT;
    promise(
        "an ended mark is absent",
        store.delete(&key(1), later).await,
        Deleted::Absent,
    );
    promise_found("the successor lives on", &store, &key(2), &moved, later).await;
}

/// After a deletion neither an update nor a touch nor a rotation brings the session back, under its old key or its new.
pub async fn nothing_brings_a_deleted_session_back(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let moved = owned("alice", 2, now);
    move_on(&store, &rotation(&key(1), &key(2), &moved, 1, now), now).await;
    promise("it is deleted", store.delete(&key(2), now).await, Deleted::Deleted);

    let late = owned("alice", 3, now);
    promise(
        "deletion wins over an update",
        store.update(&key(2), &late, revision(2), now).await,
        Updated::Gone,
    );
    let touch = Touch {
        expected: revision(2),
        last_seen_at: now,
        expires_at: now + HOUR + HOUR,
    };
    promise(
        "deletion wins over a touch",
        store.touch(&key(2), &touch, now).await,
        Touched::Gone,
    );
    let (old, new) = (key(2), key(3));
    let rotation = rotation(&old, &new, &late, 2, now);
    promise(
        "deletion wins over a rotation",
        store.rotate(&rotation, now).await,
        Rotated::Gone,
    );
    for number in [2, 3] {
        promise_absent("deletion wins", &store, &key(number), now).await;
    }
    promise_no_record_under_the_old_key(&store, now).await;
    promise_listed("deletion wins", &store, "alice", &[], now).await;
}

/// A request that read the clock before a session's end may write after somebody has deleted what was ended by then: it
/// finds nothing.
pub async fn delete_removes_what_has_ended(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let end = now + HOUR;
    promise(
        "an ended session is absent",
        store.delete(&key(1), end).await,
        Deleted::Absent,
    );
    promise_removed(&store, &key(1), end - MILLISECOND).await;
}

/// Holds the store to it that a write to `key` from before its session's end comes too late.
pub(super) async fn promise_removed(store: &dyn Store, key: &StoreKey, before: Moment) {
    let touch = Touch {
        expected: revision(1),
        last_seen_at: before,
        expires_at: before + HOUR,
    };
    promise(
        "what was deleted after its end can't be touched from before it",
        store.touch(key, &touch, before).await,
        Touched::Gone,
    );
    promise(
        "what was deleted after its end can't be updated from before it",
        store.update(key, &owned("alice", 2, before), revision(1), before).await,
        Updated::Gone,
    );
}

/// A mark may outlive the session that it leads to, or go with it.
async fn promise_no_record_under_the_old_key(store: &dyn Store, now: Moment) {
    let came = answered(store.load(&key(1), now).await);
    let is_kept = came == Loaded::Absent || came == Loaded::Moved(key(2));
    promise_that(
        "a deleted session is under none of its keys",
        is_kept,
        "the mark, or nothing",
        came,
    );
}
