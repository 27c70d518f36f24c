//! What the contract promises of marks, and of a rotation that is sent again.

use std::sync::Arc;

use session_core::{Loaded, Record, Rotated, Rotation, Store, Updated};

use super::given::{
    HOUR, MILLISECOND, MINUTE, file, forwarding, key, move_on, owned, promise_absent, promise_found, promise_listed,
    record, revision, rotation, start,
};
use super::promise::promise;

/// A mark names the successor and nothing else: it is not followed, and carries no record.
pub async fn a_mark_names_its_successor(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    move_on(&store, &forwarding(&key(1), &key(2), &moved, 1, now), now).await;
    promise(
        "a mark names its successor",
        store.load(&key(1), now).await,
        Loaded::Moved(key(2)),
    );
    promise_found("the successor is there", &store, &key(2), &moved, now).await;
}

/// A mark is there to the last millisecond of the forwarding time, and not at its end.
pub async fn a_mark_ends_with_the_forwarding_time(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    move_on(&store, &forwarding(&key(1), &key(2), &moved, 1, now), now).await;
    let before = now + MINUTE - MILLISECOND;
    promise(
        "a mark forwards to its last millisecond",
        store.load(&key(1), before).await,
        Loaded::Moved(key(2)),
    );
    let end = now + MINUTE;
    promise_absent("a mark's end is exclusive", &store, &key(1), end).await;
    promise(
        "an ended mark forwards no update",
        store.update(&key(1), &record(3, end), revision(1), end).await,
        Updated::Gone,
    );
    promise_found("the successor outlives the mark", &store, &key(2), &moved, end).await;
}

/// A mark is no session: it is not counted and not listed, nor deleted with the owner's sessions.
pub async fn a_mark_counts_nowhere(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let second = owned("alice", 2, now);
    move_on(&store, &forwarding(&key(1), &key(2), &second, 1, now), now).await;
    let third = owned("alice", 3, now);
    move_on(&store, &forwarding(&key(2), &key(3), &third, 2, now), now).await;
    promise("a mark does not count", store.count(now).await, 1);
    promise_listed("a mark is not listed", &store, "alice", &[key(3)], now).await;
    let alice = super::given::owner("alice");
    promise(
        "a mark is not a session that ends",
        store.delete_sessions_of(&alice, None, now).await,
        1,
    );
}

/// A session that was rotated twice leaves two marks, each with its own successor and its own time.
pub async fn marks_make_a_chain(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let second = record(2, now);
    let (old, new) = (key(1), key(2));
    let longer = Rotation {
        forward_until: Some(now + HOUR),
        ..rotation(&old, &new, &second, 1)
    };
    move_on(&store, &longer, now).await;
    let third = record(3, now);
    move_on(&store, &forwarding(&key(2), &key(3), &third, 2, now), now).await;
    promise(
        "the first mark names the second key",
        store.load(&key(1), now).await,
        Loaded::Moved(key(2)),
    );
    promise(
        "the second mark names the third key",
        store.load(&key(2), now).await,
        Loaded::Moved(key(3)),
    );
    promise_found("the session is under the third", &store, &key(3), &third, now).await;
    let later = now + MINUTE;
    promise(
        "each mark has its own time",
        store.load(&key(1), later).await,
        Loaded::Moved(key(2)),
    );
    promise_absent("each mark has its own time", &store, &key(2), later).await;
}

/// A rotation that is sent again is recognised by its mark, and done once.
pub async fn a_resent_rotation_is_recognised_by_its_mark(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let moved = owned("alice", 2, now);
    let (old, new) = (key(1), key(2));
    let rotation = forwarding(&old, &new, &moved, 1, now);
    move_on(&store, &rotation, now).await;
    promise(
        "a resent rotation is recognised",
        store.rotate(&rotation, now).await,
        Rotated::Applied,
    );
    promise_found("a resent rotation changes nothing", &store, &key(2), &moved, now).await;
    promise(
        "a resent rotation leaves its mark",
        store.load(&key(1), now).await,
        Loaded::Moved(key(2)),
    );
    promise_listed("a resent rotation lists once", &store, "alice", &[key(2)], now).await;
}

/// A rotation without a mark is recognised by its record.
pub async fn a_resent_rotation_is_recognised_without_a_mark(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let moved = owned("alice", 2, now);
    let (old, new) = (key(1), key(2));
    let rotation = rotation(&old, &new, &moved, 1);
    move_on(&store, &rotation, now).await;
    promise(
        "a resent rotation is recognised",
        store.rotate(&rotation, now).await,
        Rotated::Applied,
    );
    promise_found("a resent rotation changes nothing", &store, &key(2), &moved, now).await;
    promise_absent("a resent rotation leaves the old key gone", &store, &key(1), now).await;
    promise("a resent rotation makes no second session", store.count(now).await, 1);
}

/// A rotation whose mark has ended is recognised by its record.
pub async fn a_resent_rotation_is_recognised_after_its_mark(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    let (old, new) = (key(1), key(2));
    let rotation = forwarding(&old, &new, &moved, 1, now);
    move_on(&store, &rotation, now).await;
    let later = now + MINUTE;
    promise(
        "a resent rotation is recognised",
        store.rotate(&rotation, later).await,
        Rotated::Applied,
    );
    promise_found("a resent rotation changes nothing", &store, &key(2), &moved, later).await;
}

/// A rotation that is sent again does not undo what has happened to the session since.
pub async fn a_resent_rotation_undoes_nothing(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    let (old, new) = (key(1), key(2));
    let rotation = forwarding(&old, &new, &moved, 1, now);
    move_on(&store, &rotation, now).await;
    let updated = Record {
        expires_at: now + MINUTE,
        ..record(3, now)
    };
    promise(
        "it is updated",
        store.update(&key(2), &updated, revision(2), now).await,
        Updated::Applied,
    );
    promise(
        "a resent rotation is recognised by its mark",
        store.rotate(&rotation, now).await,
        Rotated::Applied,
    );
    promise_found("a resent rotation undoes nothing", &store, &key(2), &updated, now).await;
}
