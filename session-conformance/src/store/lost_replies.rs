//! What the contract promises to a caller that has lost a reply and asks again.

use std::sync::Arc;

use session_core::{Created, Deleted, Loaded, Rotated, Rotation, Store, StoreError, Touch, Touched, Updated};

use super::given::{
    HOUR, MINUTE, file, key, owned, owner, promise_absent, promise_found, promise_listed, record, revision, rotation,
    start,
};
use super::promise::{promise, promise_that};
use crate::lost_reply_store::LostReplyStore;
use crate::operation::Operation;

/// An update whose reply was lost is a conflict with itself: the record carries the revision that was sent.
pub async fn an_update_whose_reply_was_lost_can_be_told_from_anothers(store: Arc<dyn Store>) {
    let now = start();
    let store = losing(store, Operation::Update);
    file(&store, &key(1), &record(1, now), now).await;
    let updated = record(2, now);
    promise_lost(store.update(&key(1), &updated, revision(1), now).await);
    promise(
        "the second meets the first",
        store.update(&key(1), &updated, revision(1), now).await,
        Updated::Conflict(updated.clone()),
    );
    promise_found("it is written once", &store, &key(1), &updated, now).await;
}

/// A rotation whose reply was lost is done once, signing in or not.
pub async fn a_rotation_whose_reply_was_lost_can_be_sent_again(store: Arc<dyn Store>) {
    let now = start();
    let store = losing(store, Operation::Rotate);
    let moved = owned("alice", 2, now);
    for (number, signs_in) in [(1, None), (3, Some(now))] {
        let (old, new) = (key(number), key(number + 1));
        file(&store, &old, &record(1, now), now).await;
        store.plan().next_of(Operation::Rotate, 1);
        let rotation = Rotation {
            signs_in,
            ..rotation(&old, &new, &moved, 1, now)
        };

        promise_lost(store.rotate(&rotation, now).await);
        promise(
            "the second is recognised",
            store.rotate(&rotation, now).await,
            Rotated::Applied,
        );
        promise_found("the session has moved", &store, &new, &moved, now).await;
        promise("the old key is a mark", store.load(&old, now).await, Loaded::Moved(new));
    }
    promise_listed("each session is there once", &store, "alice", &[key(2), key(4)], now).await;
}

/// A touch whose reply was lost can be done again.
pub async fn a_touch_whose_reply_was_lost_can_be_sent_again(store: Arc<dyn Store>) {
    let now = start();
    let store = losing(store, Operation::Touch);
    file(&store, &key(1), &record(1, now), now).await;
    let touch = Touch {
        expected: revision(1),
        last_seen_at: now,
        expires_at: now + HOUR + MINUTE,
    };
    promise_lost(store.touch(&key(1), &touch, now).await);
    promise(
        "the second does no harm",
        store.touch(&key(1), &touch, now).await,
        Touched::Touched,
    );
}

/// A deletion whose reply was lost has happened, also through a mark: the second finds nothing.
pub async fn a_deletion_whose_reply_was_lost_can_be_sent_again(store: Arc<dyn Store>) {
    let now = start();
    let store = losing(store, Operation::Delete);
    file(&store, &key(1), &record(1, now), now).await;
    promise_lost(store.delete(&key(1), now).await);
    promise(
        "the second finds nothing",
        store.delete(&key(1), now).await,
        Deleted::Absent,
    );

    file(&store, &key(2), &record(1, now), now).await;
    let moved = record(2, now);
    promise(
        "it is rotated",
        store.rotate(&rotation(&key(2), &key(3), &moved, 1, now), now).await,
        Rotated::Applied,
    );
    store.plan().next_of(Operation::Delete, 1);
    promise_lost(store.delete(&key(2), now).await);
    promise(
        "the second finds nothing",
        store.delete(&key(2), now).await,
        Deleted::Absent,
    );
    promise_absent("the session has ended", &store, &key(3), now).await;
}

/// All of an owner's sessions have ended though the reply was lost: the second finds none, and the cut-off stands.
pub async fn an_end_of_all_sessions_whose_reply_was_lost_can_be_sent_again(store: Arc<dyn Store>) {
    let now = start();
    let store = losing(store, Operation::DeleteSessionsOf);
    let alice = owner("alice");
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    promise_lost(store.delete_sessions_of(&alice, None, now).await);
    promise(
        "the second finds nothing",
        store.delete_sessions_of(&alice, None, now).await,
        0,
    );
    let late = owned("alice", 2, now);
    promise(
        "the cut-off stands",
        store.create(&key(2), &late, Some(now), now).await,
        Created::CutOff,
    );
}

fn losing(store: Arc<dyn Store>, operation: Operation) -> LostReplyStore<Arc<dyn Store>> {
    let store = LostReplyStore::new(store);
    store.plan().next_of(operation, 1);
    store
}

#[track_caller]
fn promise_lost<T: std::fmt::Debug>(came: Result<T, StoreError>) {
    let is_lost = matches!(came, Err(StoreError::ReplyLost(_)));
    promise_that(
        "an operation on a store that is well is carried out",
        is_lost,
        "a lost reply",
        came,
    );
}
