//! What the contract promises of a rotation that is sent again.

use std::sync::Arc;

use session_core::{Deleted, Loaded, MARK_KEPT, Record, Rotated, Store, Updated};

use super::given::{
    MINUTE, file, key, move_on, owned, owner, promise_absent, promise_found, promise_leads_to, promise_listed, record,
    revision, rotation, start,
};
use super::promise::{answered, promise, promise_that};

/// A rotation that is sent again is recognised by its mark, and done once.
pub async fn a_resent_rotation_is_recognised_by_its_mark(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let moved = owned("alice", 2, now);
    let (old, new) = (key(1), key(2));
    let rotation = rotation(&old, &new, &moved, 1, now);
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

/// A rotation that is sent again does not undo what has happened to the session since.
pub async fn a_resent_rotation_undoes_nothing(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    let (old, new) = (key(1), key(2));
    let rotation = rotation(&old, &new, &moved, 1, now);
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

/// A rotation that is sent again after the session was rotated on makes no second session. The mark may name the key that
/// it went to first, or where it is now.
pub async fn a_rotation_resent_after_the_next_makes_no_second_session(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let (second, third) = (owned("alice", 2, now), owned("alice", 3, now));
    let (old, new) = (key(1), key(2));
    let first = rotation(&old, &new, &second, 1, now);
    move_on(&store, &first, now).await;
    move_on(&store, &rotation(&key(2), &key(3), &third, 2, now), now).await;
    let came = answered(store.rotate(&first, now).await);
    let is_kept = [Rotated::Applied, Rotated::Moved(key(2)), Rotated::Moved(key(3))].contains(&came);
    promise_that(
        "a resent rotation is recognised, or told where the session is",
        is_kept,
        "`Applied` or `Moved`",
        came,
    );
    promise_found("a resent rotation changes nothing", &store, &key(3), &third, now).await;
    promise_leads_to(&store, &key(1), &key(3), now).await;
    promise_leads_to(&store, &key(2), &key(3), now).await;
    promise_listed("a resent rotation lists nothing", &store, "alice", &[key(3)], now).await;
    promise("a resent rotation makes no second session", store.count(now).await, 1);
}

/// A rotation that is sent again after its session was deleted revives nothing, however the session ended.
pub async fn a_rotation_resent_after_a_deletion_revives_nothing(store: Arc<dyn Store>) {
    let now = start();
    for number in [1, 3, 5] {
        let (old, new) = (key(number), key(number + 1));
        file(&store, &old, &owned("alice", 1, now), now).await;
        let moved = owned("alice", 2, now);
        let rotation = rotation(&old, &new, &moved, 1, now);
        move_on(&store, &rotation, now).await;
        match number {
            1 => promise("it ends", store.delete(&old, now).await, Deleted::Deleted),
            3 => promise("it ends", store.delete(&new, now).await, Deleted::Deleted),
            _ => promise("it ends", store.delete_sessions_of(&owner("alice"), None, now).await, 1),
        }
        let came = answered(store.rotate(&rotation, now).await);
        let is_kept = [Rotated::Applied, Rotated::Moved(new), Rotated::Gone].contains(&came);
        promise_that(
            "a resent rotation is recognised, or there is nothing to rotate",
            is_kept,
            "`Applied`, `Moved` or `Gone`",
            came,
        );
        promise_absent("a resent rotation revives nothing", &store, &new, now).await;
        let left = answered(store.load(&old, now).await);
        let is_kept = left == Loaded::Absent || left == Loaded::Moved(new);
        promise_that(
            "a resent rotation revives nothing",
            is_kept,
            "the mark, or nothing",
            left,
        );
        promise_listed("a resent rotation lists nothing", &store, "alice", &[], now).await;
        promise("a resent rotation makes no session", store.count(now).await, 0);
    }
}

/// A rotation that is sent again after its mark has ended does nothing: no second session where the first lives, and none
/// where it was deleted.
pub async fn a_rotation_resent_after_its_mark_does_nothing(store: Arc<dyn Store>) {
    let now = start();
    let later = now + MARK_KEPT;
    let (old, new, lost_old, lost_new) = (key(1), key(2), key(3), key(4));
    let moved = owned("alice", 2, now);
    let of_the_living = rotation(&old, &new, &moved, 1, now);
    let of_the_deleted = rotation(&lost_old, &lost_new, &moved, 1, now);
    for rotation in [&of_the_living, &of_the_deleted] {
        file(&store, rotation.old, &owned("alice", 1, now), now).await;
        move_on(&store, rotation, now).await;
    }
    let updated = owned("alice", 3, now);
    promise(
        "it is updated",
        store.update(&new, &updated, revision(2), now).await,
        Updated::Applied,
    );
    promise("it ends", store.delete(&lost_new, now).await, Deleted::Deleted);

    let answers = [
        answered(store.rotate(&of_the_living, later).await),
        answered(store.rotate(&of_the_deleted, later).await),
    ];
    promise_found("a late resend changes nothing", &store, &new, &updated, later).await;
    for key in [old, lost_old, lost_new] {
        promise_absent("a late resend files nothing", &store, &key, later).await;
    }
    promise_listed("a late resend lists nothing", &store, "alice", &[new], later).await;
    promise("a late resend makes no session", store.count(later).await, 1);
    // Where the session lives the rotation is applied, and its old key is gone: both are true.
    let is_kept = matches!(answers, [Rotated::Gone | Rotated::Applied, Rotated::Gone]);
    promise_that(
        "what is absent can't be rotated",
        is_kept,
        [Rotated::Gone, Rotated::Gone],
        answers,
    );
}
