//! What the contract promises of marks.

use std::sync::Arc;

use session_core::{Loaded, MARK_KEPT, Rotation, Store, Updated};

use super::given::{
    HOUR, MILLISECOND, file, key, move_on, owned, owner, promise_absent, promise_found, promise_leads_to,
    promise_listed, record, revision, rotation, start,
};
use super::promise::{answered, promise, promise_that};

/// A mark names the successor and nothing else: it is not followed, and carries no record.
pub async fn a_mark_names_its_successor(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    move_on(&store, &rotation(&key(1), &key(2), &moved, 1, now), now).await;
    promise(
        "a mark names its successor",
        store.load(&key(1), now).await,
        Loaded::Moved(key(2)),
    );
    promise_found("the successor is there", &store, &key(2), &moved, now).await;
}

/// A mark is there to the last millisecond of its time, and not at its end.
pub async fn a_mark_ends_with_its_time(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    move_on(&store, &rotation(&key(1), &key(2), &moved, 1, now), now).await;
    let before = now + MARK_KEPT - MILLISECOND;
    promise(
        "a mark lives to its last millisecond",
        store.load(&key(1), before).await,
        Loaded::Moved(key(2)),
    );
    let end = now + MARK_KEPT;
    promise_absent("a mark's end is exclusive", &store, &key(1), end).await;
    promise(
        "an ended mark leads no update on",
        store.update(&key(1), &record(3, now), revision(1), end).await,
        Updated::Gone,
    );
    promise_found("the successor outlives the mark", &store, &key(2), &moved, end).await;
}

/// A mark is no session: it is not counted and not listed, nor deleted with the owner's sessions.
pub async fn a_mark_counts_nowhere(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let second = owned("alice", 2, now);
    move_on(&store, &rotation(&key(1), &key(2), &second, 1, now), now).await;
    let third = owned("alice", 3, now);
    move_on(&store, &rotation(&key(2), &key(3), &third, 2, now), now).await;
    promise("a mark does not count", store.count(now).await, 1);
    promise_listed("a mark is not listed", &store, "alice", &[key(3)], now).await;
    promise(
        "a mark is not a session that ends",
        store.delete_sessions_of(&owner("alice"), None, now).await,
        1,
    );
}

/// A session that was rotated twice leaves two marks, each with its own time. The first may name the second key or the third.
pub async fn marks_make_a_chain(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let second = record(2, now);
    let (old, new) = (key(1), key(2));
    let longer = Rotation {
        mark_until: now + HOUR,
        ..rotation(&old, &new, &second, 1, now)
    };
    move_on(&store, &longer, now).await;
    let third = record(3, now);
    move_on(&store, &rotation(&key(2), &key(3), &third, 2, now), now).await;
    promise_leads_to(&store, &key(1), &key(3), now).await;
    promise(
        "the second mark names the third key",
        store.load(&key(2), now).await,
        Loaded::Moved(key(3)),
    );
    promise_found("the session is under the third", &store, &key(3), &third, now).await;
    let later = now + MARK_KEPT;
    let left = answered(store.load(&key(1), later).await);
    let is_kept = left == Loaded::Moved(key(2)) || left == Loaded::Moved(key(3));
    promise_that(
        "each mark has its own time",
        is_kept,
        "the second key or the third",
        left,
    );
    promise_absent("each mark has its own time", &store, &key(2), later).await;
}
