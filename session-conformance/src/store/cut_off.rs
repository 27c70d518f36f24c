//! What [`Store::delete_sessions_of`] promises of the sign-ins that are in flight.

use std::sync::Arc;

use session_core::{CUT_OFF_KEPT, Created, Moment, Record, Rotated, Rotation, Store};

use super::given::{
    HOUR, MILLISECOND, MINUTE, file, key, move_on, owned, owner, promise_absent, promise_found, promise_listed, record,
    rotation, start,
};
use super::promise::promise;

/// A sign-in that began at the cut-off or before creates nothing.
pub async fn create_at_or_before_the_cut_off_leaves_nothing(store: Arc<dyn Store>) {
    let now = start();
    cut_off(&store, "alice", now).await;
    for (number, began_at) in [(1, now - HOUR), (2, now - MILLISECOND), (3, now)] {
        let signed_in = owned("alice", 1, now);
        promise(
            "a sign-in that began at or before the cut-off is cut off",
            store
                .create(&key(number), &signed_in, Some(began_at), now + MINUTE)
                .await,
            Created::CutOff,
        );
        promise_absent("nothing stays behind", &store, &key(number), now + MINUTE).await;
    }
    promise_listed("nothing is listed", &store, "alice", &[], now + MINUTE).await;
    promise("nothing counts", store.count(now + MINUTE).await, 0);
}

/// A sign-in that began after the cut-off is like any other.
pub async fn create_after_the_cut_off_is_filed(store: Arc<dyn Store>) {
    let now = start();
    cut_off(&store, "alice", now).await;
    let later = now + MILLISECOND;
    let signed_in = owned("alice", 1, later);
    promise(
        "a sign-in that began after the cut-off is not cut off",
        store.create(&key(1), &signed_in, Some(later), later).await,
        Created::Created,
    );
    promise_found("it is there", &store, &key(1), &signed_in, later).await;
    promise_listed("it is listed", &store, "alice", &[key(1)], later).await;
}

/// A sign-in by rotation that began at the cut-off or before leaves the old session as it was.
pub async fn rotate_at_or_before_the_cut_off_changes_nothing(store: Arc<dyn Store>) {
    let now = start();
    let nobodys = record(1, now);
    file(&store, &key(1), &nobodys, now).await;
    cut_off(&store, "alice", now).await;
    let signed_in = owned("alice", 2, now);
    let later = now + MINUTE;
    for (number, began_at) in [(2, now - HOUR), (3, now - MILLISECOND), (4, now)] {
        let (old, new) = (key(1), key(number));
        let rotation = Rotation {
            signs_in: Some(began_at),
            ..rotation(&old, &new, &signed_in, 1, later)
        };
        promise(
            "a sign-in that began at or before the cut-off is cut off",
            store.rotate(&rotation, later).await,
            Rotated::CutOff,
        );
        promise_found("the old session is as it was", &store, &old, &nobodys, later).await;
        promise_absent("nothing stays behind", &store, &new, later).await;
    }
    promise_listed("nothing is listed", &store, "alice", &[], later).await;
}

/// A sign-in by rotation that began after the cut-off is like any other.
pub async fn rotate_after_the_cut_off_is_applied(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    cut_off(&store, "alice", now).await;
    let later = now + MILLISECOND;
    let signed_in = owned("alice", 2, later);
    move_on(
        &store,
        &Rotation {
            signs_in: Some(later),
            ..rotation(&key(1), &key(2), &signed_in, 1, later)
        },
        later,
    )
    .await;
    promise_found("it is signed in", &store, &key(2), &signed_in, later).await;
}

/// The cut-off is one owner's.
pub async fn a_cut_off_stops_nobody_else(store: Arc<dyn Store>) {
    let now = start();
    cut_off(&store, "alice", now).await;
    for (number, name) in (1..).zip(["bob", "Alice", "alice ", "alic", "alice2"]) {
        promise(
            "another's sign-in is not cut off",
            store.create(&key(number), &owned(name, 1, now), Some(now), now).await,
            Created::Created,
        );
    }
    file(&store, &key(10), &record(1, now), now).await;
    let bobs = owned("bob", 2, now);
    move_on(
        &store,
        &Rotation {
            signs_in: Some(now),
            ..rotation(&key(10), &key(11), &bobs, 1, now)
        },
        now,
    )
    .await;
}

/// What signs nobody in is not cut off: a session that is filed or rotated for its owner as it is.
pub async fn a_cut_off_stops_only_sign_ins(store: Arc<dyn Store>) {
    let now = start();
    cut_off(&store, "alice", now).await;
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let moved = owned("alice", 2, now);
    move_on(&store, &rotation(&key(1), &key(2), &moved, 1, now), now).await;
    promise_found("it lives", &store, &key(2), &moved, now).await;
}

/// The excepted session can be rotated afterwards, again and again.
pub async fn the_excepted_session_can_be_rotated(store: Arc<dyn Store>) {
    let now = start();
    let excepted = Record {
        created_at: now - HOUR,
        ..owned("alice", 1, now)
    };
    file(&store, &key(1), &excepted, now).await;
    promise(
        "none ends",
        store.delete_sessions_of(&owner("alice"), Some(&key(1)), now).await,
        0,
    );
    for number in [1, 2] {
        let moved = Record {
            created_at: now - HOUR,
            ..owned("alice", u64::from(number) + 1, now)
        };
        move_on(
            &store,
            &rotation(&key(number), &key(number + 1), &moved, u64::from(number), now),
            now,
        )
        .await;
        promise_found("the excepted session lives on", &store, &key(number + 1), &moved, now).await;
    }
    promise_listed("the excepted session is listed", &store, "alice", &[key(3)], now).await;
}

/// The cut-off is remembered for as long as promised, to the last millisecond, clean-ups notwithstanding.
pub async fn a_cut_off_is_remembered(store: Arc<dyn Store>) {
    let now = start();
    cut_off(&store, "alice", now).await;
    let last = now + CUT_OFF_KEPT - MILLISECOND;
    super::promise::answered(store.delete_expired(1_000, last).await);
    let signed_in = owned("alice", 1, last);
    promise(
        "a cut-off is remembered for CUT_OFF_KEPT",
        store.create(&key(1), &signed_in, Some(now), last).await,
        Created::CutOff,
    );
    promise_absent("nothing stays behind", &store, &key(1), last).await;
}

/// A cut-off only moves forward, so that a node whose clock is behind opens nothing.
pub async fn a_cut_off_does_not_move_back(store: Arc<dyn Store>) {
    let now = start();
    cut_off(&store, "alice", now).await;
    cut_off(&store, "alice", now - MINUTE).await;
    promise(
        "no session lives that was signed in at or before either moment",
        store.create(&key(1), &owned("alice", 1, now), Some(now), now).await,
        Created::CutOff,
    );
    cut_off(&store, "alice", now + MINUTE).await;
    promise(
        "a later cut-off replaces an earlier one",
        store
            .create(&key(2), &owned("alice", 1, now), Some(now + MINUTE), now + MINUTE)
            .await,
        Created::CutOff,
    );
}

/// Ends all sessions of somebody who has none.
async fn cut_off(store: &dyn Store, name: &str, now: Moment) {
    promise(
        "who has no session has none to end",
        store.delete_sessions_of(&owner(name), None, now).await,
        0,
    );
}
