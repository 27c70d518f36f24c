//! What [`Store::delete_sessions_of`] promises of the sessions that are there.

use std::sync::Arc;

use session_core::{MARK_KEPT, Record, Store, Touch, Touched, Updated};

use super::delete::promise_removed;
use super::given::{
    HOUR, MILLISECOND, MINUTE, file, key, move_on, numbered_key, owned, owner, promise_absent, promise_found,
    promise_listed, record, revision, rotation, start,
};
use super::index::LOOKALIKES;
use super::promise::promise;

/// All of the owner's sessions end, and nobody else's.
pub async fn delete_sessions_of_ends_them_all(store: Arc<dyn Store>) {
    let now = start();
    let (bobs, nobodys) = (owned("bob", 4, now), record(5, now));
    for number in [1, 2, 3] {
        file(&store, &key(number), &owned("alice", 1, now), now).await;
    }
    file(&store, &key(4), &bobs, now).await;
    file(&store, &key(5), &nobodys, now).await;
    promise(
        "each session that ended counts",
        store.delete_sessions_of(&owner("alice"), None, now).await,
        3,
    );
    for number in [1, 2, 3] {
        promise_absent("all sessions of the owner end", &store, &key(number), now).await;
        let gone = store
            .update(&key(number), &owned("alice", 2, now), revision(1), now)
            .await;
        promise("an ended session can't be updated", gone, Updated::Gone);
        let touch = Touch {
            expected: revision(1),
            last_seen_at: now,
            expires_at: now + HOUR + HOUR,
        };
        promise(
            "an ended session can't be touched",
            store.touch(&key(number), &touch, now).await,
            Touched::Gone,
        );
    }
    promise_listed("none is listed", &store, "alice", &[], now).await;
    promise_found("another's session lives on", &store, &key(4), &bobs, now).await;
    promise_found("nobody's session lives on", &store, &key(5), &nobodys, now).await;
    promise(
        "there is nothing left to end",
        store.delete_sessions_of(&owner("alice"), None, now).await,
        0,
    );
}

/// What had ended before is not counted.
pub async fn delete_sessions_of_counts_the_living(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    file(
        &store,
        &key(2),
        &Record {
            expires_at: now + MINUTE,
            ..owned("alice", 2, now)
        },
        now,
    )
    .await;
    let later = now + MINUTE;
    promise(
        "only the living are counted",
        store.delete_sessions_of(&owner("alice"), None, later).await,
        1,
    );
}

/// The excepted session stays as it is.
pub async fn delete_sessions_of_spares_the_excepted(store: Arc<dyn Store>) {
    let now = start();
    let spared = owned("alice", 1, now);
    file(&store, &key(1), &spared, now).await;
    file(&store, &key(2), &owned("alice", 2, now), now).await;
    promise(
        "the spared session does not count",
        store.delete_sessions_of(&owner("alice"), Some(&key(1)), now).await,
        1,
    );
    promise_found("the excepted session is spared", &store, &key(1), &spared, now).await;
    promise_listed("only the excepted session is left", &store, "alice", &[key(1)], now).await;
}

/// A session is spared by any of its keys: marks are followed, one after the other.
pub async fn delete_sessions_of_spares_through_marks(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    file(&store, &key(9), &owned("alice", 9, now), now).await;
    let mut spared = owned("alice", 1, now);
    for number in [1, 2] {
        spared = owned("alice", u64::from(number) + 1, now);
        move_on(
            &store,
            &rotation(&key(number), &key(number + 1), &spared, u64::from(number), now),
            now,
        )
        .await;
        promise(
            "a mark in `except` is followed",
            store.delete_sessions_of(&owner("alice"), Some(&key(1)), now).await,
            u64::from(number == 1),
        );
        promise_found("the excepted session is spared", &store, &key(number + 1), &spared, now).await;
    }
    promise_listed("only the excepted session is left", &store, "alice", &[key(3)], now).await;
    promise_absent("all others have ended", &store, &key(9), now).await;
    promise_found("the excepted session is spared", &store, &key(3), &spared, now).await;
}

/// An exception that leads to no session of the owner spares none: an unknown key, an ended mark, another's session.
pub async fn an_except_that_leads_nowhere_spares_nobody(store: Arc<dyn Store>) {
    let now = start();
    let alice = owner("alice");
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    promise(
        "an unknown key spares nobody",
        store.delete_sessions_of(&alice, Some(&key(9)), now).await,
        1,
    );

    let bobs = owned("bob", 2, now);
    file(&store, &key(2), &bobs, now).await;
    file(&store, &key(3), &owned("alice", 3, now), now).await;
    promise(
        "another's session spares nobody",
        store.delete_sessions_of(&alice, Some(&key(2)), now).await,
        1,
    );
    promise_found("another's session lives on", &store, &key(2), &bobs, now).await;

    file(&store, &key(4), &owned("alice", 4, now), now).await;
    let moved = owned("alice", 5, now);
    move_on(&store, &rotation(&key(4), &key(5), &moved, 4, now), now).await;
    let later = now + MARK_KEPT;
    promise(
        "an ended mark spares nobody",
        store.delete_sessions_of(&alice, Some(&key(4)), later).await,
        1,
    );
    promise_listed("nothing is left", &store, "alice", &[], later).await;
}

/// What has ended goes with the rest, though it does not count: a request that read the clock before the end finds nothing.
pub async fn delete_sessions_of_removes_what_has_ended(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let end = now + HOUR;
    promise(
        "an ended session does not count",
        store.delete_sessions_of(&owner("alice"), None, end).await,
        0,
    );
    promise_removed(&store, &key(1), end - MILLISECOND).await;
}

/// A session that was signed in to or out of, or over to another, ends with those of the owner it has now.
pub async fn delete_sessions_of_goes_by_the_owner_of_now(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let bobs = owned("bob", 2, now);
    move_on(&store, &rotation(&key(1), &key(2), &bobs, 1, now), now).await;
    promise(
        "it is no longer alice's",
        store.delete_sessions_of(&owner("alice"), None, now).await,
        0,
    );
    promise_found("bob's session lives on", &store, &key(2), &bobs, now).await;
    promise(
        "it is bob's",
        store.delete_sessions_of(&owner("bob"), None, now).await,
        1,
    );
    promise_absent("bob's session has ended", &store, &key(2), now).await;
}

/// Nobody's sessions end with those of somebody whose name looks alike.
pub async fn delete_sessions_of_spares_owners_that_look_alike(store: Arc<dyn Store>) {
    let now = start();
    for (number, name) in (0..).zip(LOOKALIKES) {
        file(&store, &numbered_key(number), &owned(name, number, now), now).await;
    }
    let mut left = u64::try_from(LOOKALIKES.len()).unwrap_or(0);
    for (number, name) in (0..).zip(LOOKALIKES) {
        let promised = format!("one session ends, that of {name:?}");
        promise(&promised, store.delete_sessions_of(&owner(name), None, now).await, 1);
        promise_absent(&promised, &store, &numbered_key(number), now).await;
        left -= 1;
        promise(&promised, store.count(now).await, left);
    }
}
