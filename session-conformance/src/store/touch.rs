//! What [`Store::touch`] promises.

use std::sync::Arc;

use session_core::{Deleted, MARK_KEPT, Moment, Record, Store, StoreKey, Touch, Touched, Updated};

use super::given::{
    HOUR, MILLISECOND, MINUTE, file, key, listed, move_on, owned, owner, promise_absent, promise_found, record,
    revision, rotation, start,
};
use super::promise::promise;

/// The end and the last activity move forward together; nothing else changes, the revision included.
pub async fn touch_moves_the_end_forward(store: Arc<dyn Store>) {
    let now = start();
    let filed = owned("alice", 1, now);
    file(&store, &key(1), &filed, now).await;
    promise(
        "a living record is touched",
        store.touch(&key(1), &later(1, now), now).await,
        Touched::Touched,
    );
    let touched = Record {
        last_seen_at: now + MINUTE,
        expires_at: now + HOUR + MINUTE,
        ..filed
    };
    promise_found(
        "a touch moves both moments and nothing else",
        &store,
        &key(1),
        &touched,
        now,
    )
    .await;
    promise(
        "a touch is seen in the list",
        store.sessions_of(&owner("alice"), now).await,
        vec![listed(key(1), &touched)],
    );
    promise_found("a touched session lives longer", &store, &key(1), &touched, now + HOUR).await;
}

/// A touch keeps the revision, so it disturbs no update.
pub async fn touch_keeps_the_revision(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    for _ in 0..2 {
        promise(
            "a record can be touched again",
            store.touch(&key(1), &later(1, now), now).await,
            Touched::Touched,
        );
    }
    promise(
        "a touch keeps the revision",
        store.update(&key(1), &record(2, now), revision(1), now).await,
        Updated::Applied,
    );
}

/// A touch with an earlier end or an earlier activity leaves the later one as it is, each by itself.
pub async fn touch_moves_neither_moment_back(store: Arc<dyn Store>) {
    let now = start();
    let filed = record(1, now);
    let (seen, end) = (filed.last_seen_at, filed.expires_at);
    let touches = [
        (seen - MINUTE, end - MINUTE),
        (seen, end),
        (seen - MINUTE, end + MINUTE),
        (seen + MINUTE, end - MINUTE),
        (seen - HOUR, now - MINUTE),
    ];
    for (number, (last_seen_at, expires_at)) in (1..).zip(touches) {
        file(&store, &key(number), &filed, now).await;
        let touch = Touch {
            expected: revision(1),
            last_seen_at,
            expires_at,
        };
        promise(
            "a record whose end is later is touched",
            store.touch(&key(number), &touch, now).await,
            Touched::Touched,
        );
        let expected = Record {
            last_seen_at: seen.max(last_seen_at),
            expires_at: end.max(expires_at),
            ..filed.clone()
        };
        promise_found(
            "a touch moves neither moment back",
            &store,
            &key(number),
            &expected,
            now,
        )
        .await;
    }
}

/// A record with another revision is not touched.
pub async fn touch_expects_the_current_revision(store: Arc<dyn Store>) {
    let now = start();
    let filed = record(2, now);
    file(&store, &key(1), &filed, now).await;
    promise(
        "another revision is stale",
        store.touch(&key(1), &later(1, now), now).await,
        Touched::Stale,
    );
    promise_found("a stale touch does nothing", &store, &key(1), &filed, now).await;
}

/// A touch of a request that began before the end was brought forward does not put it back.
pub async fn touch_does_not_undo_a_shortened_end(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let shortened = Record {
        expires_at: now + MINUTE,
        ..record(2, now)
    };
    promise(
        "the end is shortened",
        store.update(&key(1), &shortened, revision(1), now).await,
        Updated::Applied,
    );
    promise(
        "an earlier request's touch is stale",
        store.touch(&key(1), &later(1, now), now).await,
        Touched::Stale,
    );
    promise_found("a shortened end stays", &store, &key(1), &shortened, now).await;
    promise_absent("a shortened end is an end", &store, &key(1), now + MINUTE).await;
}

/// An unknown key is gone, and stays so.
pub async fn touch_of_an_unknown_key_is_gone(store: Arc<dyn Store>) {
    promise_touch_gone(&store, &key(1), start()).await;
}

/// A deleted session is gone, and stays so.
pub async fn touch_of_a_deleted_session_is_gone(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    promise("it is deleted", store.delete(&key(1), now).await, Deleted::Deleted);
    promise_touch_gone(&store, &key(1), now).await;
}

/// A session is gone from its end on, and not a millisecond before.
pub async fn touch_of_an_ended_session_is_gone(store: Arc<dyn Store>) {
    let now = start();
    for number in [1, 2] {
        file(&store, &key(number), &record(1, now), now).await;
    }
    let before = now + HOUR - MILLISECOND;
    promise(
        "a session can be touched to its last millisecond",
        store.touch(&key(1), &later(1, before), before).await,
        Touched::Touched,
    );
    promise_touch_gone(&store, &key(2), now + HOUR).await;
}

/// A rotated session answers with its successor's key, and neither is touched.
pub async fn touch_of_a_rotated_session_names_its_successor(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    move_on(&store, &rotation(&key(1), &key(2), &moved, 1, now), now).await;
    for expected in [1, 2] {
        promise(
            "a mark can't be touched: it names the successor",
            store.touch(&key(1), &later(expected, now), now).await,
            Touched::Moved(key(2)),
        );
    }
    promise_found("the successor is as it was", &store, &key(2), &moved, now).await;
    promise_absent("the mark is no longer for it", &store, &key(1), now + MARK_KEPT).await;
}

/// A touch that moves both moments of [`record`] forward.
fn later(expected: u64, now: Moment) -> Touch {
    Touch {
        expected: revision(expected),
        last_seen_at: now + MINUTE,
        expires_at: now + HOUR + MINUTE,
    }
}

async fn promise_touch_gone(store: &dyn Store, key: &StoreKey, now: Moment) {
    promise(
        "what is absent can't be touched",
        store.touch(key, &later(1, now), now).await,
        Touched::Gone,
    );
    promise_absent("a touch never inserts", store, key, now).await;
}
