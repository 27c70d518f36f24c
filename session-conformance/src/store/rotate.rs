//! What [`Store::rotate`] promises of the move itself.

use std::sync::Arc;

use session_core::{Deleted, Loaded, Moment, Record, Rotated, Rotation, Store, Touch, Touched, Updated};

use super::given::{
    HOUR, MILLISECOND, MINUTE, file, key, move_on, owned, promise_absent, promise_found, promise_listed, record,
    revision, rotation, start,
};
use super::promise::promise;

/// The session is under the new key, as the rotation has it, and no longer under the old one.
pub async fn rotate_moves_the_session(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let moved = Record {
        created_at: now + MINUTE,
        last_seen_at: now + MINUTE,
        expires_at: now + HOUR + MINUTE,
        ..owned("bob", 2, now)
    };
    move_on(&store, &rotation(&key(1), &key(2), &moved, 1, now), now).await;
    promise_found(
        "the session is what the rotation made of it",
        &store,
        &key(2),
        &moved,
        now,
    )
    .await;
    promise(
        "every rotation leaves a mark",
        store.load(&key(1), now).await,
        Loaded::Moved(key(2)),
    );
    promise("a rotated session counts once", store.count(now).await, 1);
}

/// A session with another revision stays where it is and is the answer.
pub async fn rotate_expects_the_current_revision(store: Arc<dyn Store>) {
    let now = start();
    let filed = owned("alice", 1, now);
    file(&store, &key(1), &filed, now).await;
    let moved = owned("alice", 3, now);
    promise(
        "another revision is a conflict, with the current record",
        store.rotate(&rotation(&key(1), &key(2), &moved, 2, now), now).await,
        Rotated::Conflict(filed.clone()),
    );
    promise_found("a conflict does nothing", &store, &key(1), &filed, now).await;
    promise_absent("a conflict files nothing", &store, &key(2), now).await;
    promise_listed("a conflict lists nothing", &store, "alice", &[key(1)], now).await;
}

/// An unknown key is gone, and nothing is filed under the new one.
pub async fn rotate_of_an_unknown_key_is_gone(store: Arc<dyn Store>) {
    promise_rotation_gone(&store, start()).await;
}

/// A deleted session is gone, and nothing is filed under the new key.
pub async fn rotate_of_a_deleted_session_is_gone(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    promise("it is deleted", store.delete(&key(1), now).await, Deleted::Deleted);
    promise_rotation_gone(&store, now).await;
}

/// A session is gone from its end on, and not a millisecond before.
pub async fn rotate_of_an_ended_session_is_gone(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    file(&store, &key(3), &owned("alice", 1, now), now).await;
    let before = now + HOUR - MILLISECOND;
    let moved = record(2, before);
    move_on(&store, &rotation(&key(3), &key(4), &moved, 1, before), before).await;
    promise_rotation_gone(&store, now + HOUR).await;
}

/// A rotated session answers with its successor's key to whoever would rotate it to another.
pub async fn rotate_of_a_rotated_session_names_its_successor(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    move_on(&store, &rotation(&key(1), &key(2), &moved, 1, now), now).await;
    let second = record(3, now);
    promise(
        "a session that has moved can't move again from its old key",
        store.rotate(&rotation(&key(1), &key(3), &second, 1, now), now).await,
        Rotated::Moved(key(2)),
    );
    promise_absent("a refused rotation files nothing", &store, &key(3), now).await;
    promise_found("the successor is as it was", &store, &key(2), &moved, now).await;
}

/// Under its new key the session can be updated, touched, rotated and deleted like any other.
pub async fn a_rotated_session_lives_on(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    move_on(&store, &rotation(&key(1), &key(2), &moved, 1, now), now).await;
    let touch = Touch {
        expected: revision(2),
        last_seen_at: now,
        expires_at: now + HOUR + MINUTE,
    };
    promise(
        "it can be touched",
        store.touch(&key(2), &touch, now).await,
        Touched::Touched,
    );
    let updated = record(3, now);
    promise(
        "it can be updated",
        store.update(&key(2), &updated, revision(2), now).await,
        Updated::Applied,
    );
    let again = record(4, now);
    move_on(&store, &rotation(&key(2), &key(3), &again, 3, now), now).await;
    promise("it can be deleted", store.delete(&key(3), now).await, Deleted::Deleted);
    promise("nothing is left", store.count(now).await, 0);
}

/// The new key is listed under its owner, and the old one under nobody.
pub async fn rotate_moves_the_index(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let same = owned("alice", 2, now);
    move_on(&store, &rotation(&key(1), &key(2), &same, 1, now), now).await;
    promise_listed(
        "the new key is listed instead of the old",
        &store,
        "alice",
        &[key(2)],
        now,
    )
    .await;

    let other = owned("bob", 3, now);
    move_on(&store, &rotation(&key(2), &key(3), &other, 2, now), now).await;
    promise_listed("a new owner has the session", &store, "bob", &[key(3)], now).await;
    promise_listed("the owner before has it no more", &store, "alice", &[], now).await;

    let nobody = record(4, now);
    move_on(&store, &rotation(&key(3), &key(4), &nobody, 3, now), now).await;
    promise_listed("a session of nobody is not listed", &store, "bob", &[], now).await;

    let signed_in = owned("carol", 5, now);
    let (old, new) = (key(4), key(5));
    let rotation = Rotation {
        signs_in: Some(now),
        ..rotation(&old, &new, &signed_in, 4, now)
    };
    move_on(&store, &rotation, now).await;
    promise_listed(
        "a session that is signed in to is listed",
        &store,
        "carol",
        &[key(5)],
        now,
    )
    .await;
}

async fn promise_rotation_gone(store: &dyn Store, now: Moment) {
    let moved = owned("alice", 2, now);
    promise(
        "what is absent can't be rotated",
        store.rotate(&rotation(&key(1), &key(2), &moved, 1, now), now).await,
        Rotated::Gone,
    );
    promise_absent("a rotation of nothing files nothing", store, &key(2), now).await;
    promise_absent("a rotation of nothing leaves no mark", store, &key(1), now).await;
    promise_listed("a rotation of nothing lists nothing", store, "alice", &[], now).await;
}
