//! What [`Store::create`] promises.

use std::sync::Arc;

use session_core::{Created, Loaded, MARK_KEPT, Moment, Record, Store, Touch, Touched};

use super::given::{
    HOUR, MILLISECOND, MINUTE, file, key, move_on, owned, promise_absent, promise_found, promise_listed, record,
    revision, rotation, start,
};
use super::promise::{answered, promise, promise_that};

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
    move_on(&store, &rotation(&key(1), &key(2), &moved, 1, now), now).await;
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

/// A creation that is sent again is refused like any other, and changes nothing: what is there may have moved on.
pub async fn create_refuses_a_key_that_its_own_record_has(store: Arc<dyn Store>) {
    let now = start();
    let filed = record(7, now);
    file(&store, &key(1), &filed, now).await;
    promise(
        "a taken key is refused, also to the record that has it",
        store.create(&key(1), &filed, None, now).await,
        Created::Taken,
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
        "a taken key is refused, also to the record that has it",
        store.create(&key(1), &filed, None, now).await,
        Created::Taken,
    );
    let touched = Record {
        last_seen_at: touch.last_seen_at,
        expires_at: touch.expires_at,
        ..filed
    };
    promise_found("a refused creation does nothing", &store, &key(1), &touched, now).await;
    promise("a refused creation makes no session", store.count(now).await, 1);
}

/// A key is taken until its record ends. Whether it is free then is the store's affair, for keys are never used twice; but
/// nothing of the ended one comes back.
pub async fn create_under_the_key_of_an_ended_record_brings_nothing_back(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &owned("alice", 1, now), now).await;
    let second = Record {
        expires_at: now + HOUR + HOUR,
        ..owned("bob", 2, now)
    };
    let before = now + HOUR - MILLISECOND;
    promise(
        "a key is taken to the last",
        store.create(&key(1), &second, None, before).await,
        Created::Taken,
    );
    let later = now + HOUR;
    if is_filed(&store, &second, later).await {
        promise_found("the new record is there", &store, &key(1), &second, later).await;
        promise_listed("the new record is listed", &store, "bob", &[key(1)], later).await;
        promise("only the new one counts", store.count(later).await, 1);
    } else {
        promise_absent("an ended record is absent", &store, &key(1), later).await;
        promise_listed("a refused creation lists nothing", &store, "bob", &[], later).await;
        promise("nothing lives", store.count(later).await, 0);
    }
    promise_listed("the ended record's owner has none", &store, "alice", &[], later).await;
}

/// The key of a mark that has ended may be free or not, too. The session that the mark led to is not touched.
pub async fn create_under_the_key_of_an_ended_mark_spares_the_successor(store: Arc<dyn Store>) {
    let now = start();
    file(&store, &key(1), &record(1, now), now).await;
    let moved = record(2, now);
    move_on(&store, &rotation(&key(1), &key(2), &moved, 1, now), now).await;
    let later = now + MARK_KEPT;
    let third = record(3, later);
    if is_filed(&store, &third, later).await {
        promise_found("the new record is there", &store, &key(1), &third, later).await;
    } else {
        promise_absent("an ended mark is absent", &store, &key(1), later).await;
    }
    promise_found("the successor is as it was", &store, &key(2), &moved, later).await;
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
}

/// Whether a creation under the first key, whose last user has ended, is filed; or else refused.
async fn is_filed(store: &dyn Store, record: &Record, now: Moment) -> bool {
    let came = answered(store.create(&key(1), record, None, now).await);
    promise_that(
        "the key of what has ended is free or taken",
        came != Created::CutOff,
        "`Created` or `Taken`",
        came,
    );
    came == Created::Created
}
