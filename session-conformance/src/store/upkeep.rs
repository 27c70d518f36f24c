//! What [`Store::delete_expired`], [`Store::count`] and [`Store::clear`] promise.

use std::sync::Arc;

use session_core::{CUT_OFF_KEPT, Created, Loaded, Moment, Record, Rotation, Store};

use super::given::{
    HOUR, MINUTE, file, key, move_on, numbered_key, owned, owner, promise_absent, promise_found, promise_listed,
    record, rotation, start,
};
use super::promise::{answered, promise, promise_that};

/// A clean-up never answers more than its limit, comes to an end, and counts nothing twice. An engine that forgets by
/// itself may have nothing to do.
pub async fn delete_expired_stays_within_its_limit(store: Arc<dyn Store>) {
    let now = start();
    for number in 0..10 {
        file(&store, &numbered_key(number), &owned("alice", number, now), now).await;
    }
    let moved = record(20, now);
    move_on(
        &store,
        &rotation(&numbered_key(0), &numbered_key(20), &moved, 0, now),
        now,
    )
    .await;
    answered(store.delete_sessions_of(&owner("bob"), None, now).await);

    let later = now + HOUR + CUT_OFF_KEPT;
    let mut removed = 0;
    for _ in 0..100 {
        let answer = answered(store.delete_expired(3, later).await);
        promise_that("a clean-up stays within its limit", answer <= 3, "at most 3", answer);
        if answer == 0 {
            break;
        }
        removed += answer;
    }
    promise_that(
        "a clean-up removes what there is, and each once",
        removed <= 14,
        "at most 14: 10 sessions, and a mark and a cut-off in one place or two",
        removed,
    );
    promise(
        "zero means that nothing is left to do",
        store.delete_expired(3, later).await,
        0,
    );
    promise("what has ended does not count", store.count(later).await, 0);
}

/// What lives stays: sessions, marks and cut-offs.
pub async fn delete_expired_spares_the_living(store: Arc<dyn Store>) {
    let now = start();
    let kept = owned("alice", 1, now);
    file(&store, &key(1), &kept, now).await;
    file(&store, &key(2), &record(2, now), now).await;
    let moved = record(3, now);
    let (old, new) = (key(2), key(3));
    let rotation = Rotation {
        mark_until: now + HOUR,
        ..rotation(&old, &new, &moved, 2, now)
    };
    move_on(&store, &rotation, now).await;
    answered(store.delete_sessions_of(&owner("bob"), None, now).await);
    for number in 10..20 {
        file(
            &store,
            &key(number),
            &Record {
                expires_at: now + MINUTE,
                ..record(4, now)
            },
            now,
        )
        .await;
    }
    let later = now + MINUTE;
    clean_up(&store, later).await;
    promise_found("a clean-up removes nothing that lives", &store, &key(1), &kept, later).await;
    promise_listed("a clean-up leaves the list", &store, "alice", &[key(1)], later).await;
    promise_found("a clean-up removes no successor", &store, &key(3), &moved, later).await;
    promise(
        "a clean-up removes no mark that lives",
        store.load(&key(2), later).await,
        Loaded::Moved(key(3)),
    );
    promise(
        "a clean-up removes no cut-off that lives",
        store.create(&key(4), &owned("bob", 5, later), Some(now), later).await,
        Created::CutOff,
    );
    promise("a clean-up leaves the living", store.count(later).await, 2);
}

/// The living are counted, signed in or not, and nothing else.
pub async fn count_counts_the_living(store: Arc<dyn Store>) {
    let now = start();
    promise("an empty store counts none", store.count(now).await, 0);
    file(&store, &key(1), &record(1, now), now).await;
    file(&store, &key(2), &owned("alice", 2, now), now).await;
    file(
        &store,
        &key(3),
        &Record {
            expires_at: now + MINUTE,
            ..record(3, now)
        },
        now,
    )
    .await;
    promise("each living session counts", store.count(now).await, 3);
    promise("an ended session does not count", store.count(now + MINUTE).await, 2);
    promise("all have ended", store.count(now + HOUR).await, 0);
}

/// Nothing is left: no session, no mark, no list and no cut-off. The store can be used again.
pub async fn clear_removes_everything(store: Arc<dyn Store>) {
    let now = start();
    promise("an empty store can be cleared", store.clear().await, ());
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    file(&store, &key(2), &record(2, now), now).await;
    let moved = record(3, now);
    move_on(&store, &rotation(&key(2), &key(3), &moved, 2, now), now).await;
    answered(store.delete_sessions_of(&owner("bob"), None, now).await);
    promise("a full store can be cleared", store.clear().await, ());
    for number in [1, 2, 3] {
        promise_absent("nothing is left", &store, &key(number), now).await;
    }
    promise("nothing is left to count", store.count(now).await, 0);
    promise_listed("nothing is left to list", &store, "alice", &[], now).await;
    let bobs = owned("bob", 4, now);
    promise(
        "no cut-off is left",
        store.create(&key(4), &bobs, Some(now), now).await,
        Created::Created,
    );
    promise_listed("the store works again", &store, "bob", &[key(4)], now).await;
}

async fn clean_up(store: &dyn Store, now: Moment) {
    for _ in 0..100 {
        if answered(store.delete_expired(7, now).await) == 0 {
            return;
        }
    }
    promise_that(
        "a clean-up comes to an end",
        false,
        "zero, after at most 100 runs of 7",
        "no zero",
    );
}
