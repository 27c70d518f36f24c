//! What [`Store::create`] promises.

use std::sync::Arc;

use session_core::{Created, Loaded, Record, Store, Touch, Touched};

use super::given::{
    HOUR, MILLISECOND, MINUTE, file, forwarding, key, move_on, owned, promise_absent, promise_found, promise_listed,
    record, revision, start,
};
use super::promise::promise;

/// A record is under the key that it was filed under, and counts.
pub async fn create_files_a_record(store: Arc<dyn Store>) {
    let now = start();
    let filed = record(1, now);
    promise(
        "a new key is filed",
        store.create(&key(1), &filed, None, now).await,
        Created::Created,
    );
    promise_found("what was filed is found", &store, &key(1), &filed, now).await;
    promise("what was filed counts", store.count(now).await, 1);
}

/// A key that is taken keeps the record that it has.
pub async fn create_refuses_a_taken_key(store: Arc<dyn Store>) {
    let now = start();
    let first = owned("alice", 1, now);
    file(&store, &key(1), &first, now).await;
    let second = owned("bob", 2, now);
    promise(
        "a taken key is refused",
        store.create(&key(1), &second, None, now).await,
        Created::Taken,
    );
    promise(
        "a sign-in is refused like any other",
        store.create(&key(1), &second, Some(now), now).await,
        Created::Taken,
    );
    promise_found("a refused creation does nothing", &store, &key(1), &first, now).await;
    promise_listed("a refused creation lists nothing", &store, "bob", &[], now).await;
}

/// The old key of a rotated session is taken while it is a mark.
pub async fn create_refuses_the_key_of_a_mark(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    move_on(&store, &forwarding(&key(1), &key(2), &moved, 1, now), now).await;
    promise(
        "a key that is a mark is taken",
        store.create(&key(1), &record(3, now), None, now).await,
        Created::Taken,
    );
    promise(
        "a refused creation leaves the mark",
        store.load(&key(1), now).await,
        Loaded::Moved(key(2)),
    );
}

/// A creation that is sent again is recognised by its revision, and changes nothing.
pub async fn create_recognises_its_own_record(store: Arc<dyn Store>) {
    let now = start();
    let filed = record(7, now);
    file(&store, &key(1), &filed, now).await;
    promise(
        "the same creation is recognised",
        store.create(&key(1), &filed, None, now).await,
        Created::Created,
    );
    promise(
        "a creation that is sent again makes no second session",
        store.count(now).await,
        1,
    );

    let touch = Touch {
        expected: revision(7),
        last_seen_at: now + MINUTE,
        expires_at: now + HOUR + MINUTE,
    };
    promise(
        "the record is touched",
        store.touch(&key(1), &touch, now).await,
        Touched::Touched,
    );
    promise(
        "the same creation is recognised after a touch",
        store.create(&key(1), &filed, None, now).await,
        Created::Created,
    );
    let touched = Record {
        last_seen_at: touch.last_seen_at,
        expires_at: touch.expires_at,
        ..filed
    };
    promise_found(
        "a creation that is sent again does not undo a touch",
        &store,
        &key(1),
        &touched,
        now,
    )
    .await;
}

/// The key of a record that has ended can be filed again, and nothing of the ended one is left.
pub async fn create_replaces_an_ended_record(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let second = owned("bob", 2, now);
    let before = now + HOUR - MILLISECOND;
    promise(
        "a key is taken to the last",
        store.create(&key(1), &second, None, before).await,
        Created::Taken,
    );
    let later = now + HOUR;
    let second = Record {
        expires_at: later + HOUR,
        ..second
    };
    promise(
        "an ended record is absent",
        store.create(&key(1), &second, None, later).await,
        Created::Created,
    );
    promise_found("the new record is there", &store, &key(1), &second, later).await;
    promise_listed("the new record is listed", &store, "bob", &[key(1)], later).await;
    promise_listed(
        "the ended record's owner does not get the new one",
        &store,
        "alice",
        &[],
        later,
    )
    .await;
    promise("only the new one counts", store.count(later).await, 1);
}

/// A mark whose time has passed does not hold its key.
pub async fn create_replaces_an_ended_mark(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    move_on(&store, &forwarding(&key(1), &key(2), &moved, 1, now), now).await;
    let later = now + MINUTE;
    let third = record(3, later);
    promise(
        "an ended mark is absent",
        store.create(&key(1), &third, None, later).await,
        Created::Created,
    );
    promise_found("the new record is there", &store, &key(1), &third, later).await;
    promise_found("the successor is not touched by it", &store, &key(2), &moved, later).await;
}

/// A record that has ended before it is filed is filed, and absent at once.
pub async fn create_of_an_ended_record_leaves_nothing_alive(store: Arc<dyn Store>) {
    let now = start();
    for (number, expires_at) in [(1, now), (2, now - HOUR)] {
        let ended = Record {
            expires_at,
            ..owned("alice", 1, now - HOUR - HOUR)
        };
        promise(
            "an ended record can be filed",
            store.create(&key(number), &ended, None, now).await,
            Created::Created,
        );
        promise_absent("an ended record is absent", &store, &key(number), now).await;
        promise_listed("an ended record is not listed", &store, "alice", &[], now).await;
        promise("an ended record does not count", store.count(now).await, 0);
    }
    file(&store, &key(1), &record(2, now), now).await;
}
