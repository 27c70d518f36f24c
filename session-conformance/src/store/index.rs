//! What [`Store::sessions_of`] promises.

use std::sync::Arc;

use session_core::{Deleted, Record, Store, StoreKey};

use super::given::{
    HOUR, MINUTE, file, key, listed, numbered_key, owned, owner, promise_found, promise_listed, record, start,
};
use super::promise::{answered, promise};

/// Names that a careless index takes for one another: by letter case, by padding, by a collation, by a prefix, as a pattern,
/// as a path or as a piece of a query.
pub(super) const LOOKALIKES: [&str; 36] = [
    "alice",
    "Alice",
    "ALICE",
    "alice ",
    " alice",
    "alic",
    "alice2",
    "alice%",
    "%",
    "_lice",
    "a%",
    "al_ce",
    "alice.",
    ".",
    "alice.bob",
    "$alice",
    "$ne",
    "alice'",
    "'",
    "alice\"",
    "alice\\",
    "alice:",
    "alice:1",
    "alice*",
    "*",
    "alice?",
    "{alice}",
    "[a]lice",
    "alicé",
    "alice\u{301}",
    "ａlice",
    "straße",
    "strasse",
    "1",
    "01",
    "1.0",
];

/// Exactly the owner's living sessions are listed, with their moments as they are.
pub async fn sessions_of_lists_exactly_the_living(store: Arc<dyn Store>) {
    let now = start();
    promise(
        "who has no session has an empty list",
        store.sessions_of(&owner("alice"), now).await,
        vec![],
    );
    let first = Record {
        created_at: now - HOUR,
        last_seen_at: now - MINUTE,
        ..owned("alice", 1, now)
    };
    let second = Record {
        expires_at: now + MINUTE,
        ..owned("alice", 2, now)
    };
    file(&store, &key(1), &first, now).await;
    file(&store, &key(2), &second, now).await;
    file(&store, &key(3), &owned("bob", 3, now), now).await;
    file(&store, &key(4), &record(4, now), now).await;
    file(&store, &key(5), &owned("alice", 5, now), now).await;
    promise("it is deleted", store.delete(&key(5), now).await, Deleted::Deleted);

    let mut sessions = answered(store.sessions_of(&owner("alice"), now).await);
    sessions.sort_unstable_by_key(|listed| listed.key);
    let expected = vec![listed(key(1), &first), listed(key(2), &second)];
    promise(
        "exactly the living sessions are listed, as they are",
        Ok(sessions),
        expected,
    );
    promise(
        "a session is not listed from its end on",
        store.sessions_of(&owner("alice"), now + MINUTE).await,
        vec![listed(key(1), &first)],
    );
}

/// A list is complete, however many sessions somebody has.
pub async fn sessions_of_lists_every_one_of_many(store: Arc<dyn Store>) {
    let now = start();
    let keys: Vec<StoreKey> = (0..300).map(numbered_key).collect();
    for key in &keys {
        file(&store, key, &owned("alice", 1, now), now).await;
    }
    promise_listed("a long list is complete", &store, "alice", &keys, now).await;
    promise("each of them counts", store.count(now).await, 300);
    promise(
        "each of them ends with the owner's sessions",
        store.delete_sessions_of(&owner("alice"), None, now).await,
        300,
    );
    promise("none is left", store.count(now).await, 0);
}

/// Owners are the same when their bytes are, and not otherwise.
pub async fn owners_are_compared_byte_for_byte(store: Arc<dyn Store>) {
    let now = start();
    for (number, name) in (0..).zip(LOOKALIKES) {
        file(&store, &numbered_key(number), &owned(name, number, now), now).await;
    }
    for (number, name) in (0..).zip(LOOKALIKES) {
        promise_listed(
            "a name finds its own sessions and no other",
            &store,
            name,
            &[numbered_key(number)],
            now,
        )
        .await;
    }
}

/// Names of 255 bytes that differ in the last are two owners.
pub async fn long_owners_are_compared_to_the_last_byte(store: Arc<dyn Store>) {
    let now = start();
    let names = [
        format!("{}a", "x".repeat(254)),
        format!("{}b", "x".repeat(254)),
        "x".repeat(254),
    ];
    for (number, name) in (0..).zip(&names) {
        file(&store, &numbered_key(number), &owned(name, number, now), now).await;
    }
    for (number, name) in (0..).zip(&names) {
        promise_listed("a long name is its own", &store, name, &[numbered_key(number)], now).await;
    }
}

/// Keys that share their first or their last 31 bytes are different keys, to every operation.
pub async fn keys_are_compared_to_the_last_byte(store: Arc<dyn Store>) {
    let now = start();
    let mut keys = vec![key(0x00), key(0xff), key(0x20), key(0x41), key(0x61)];
    for position in [0, 15, 31] {
        let mut bytes = [0x20; 32];
        bytes.iter_mut().skip(position).take(1).for_each(|byte| *byte = 0x21);
        keys.push(StoreKey::from_bytes(bytes));
    }
    for (number, key) in (0..).zip(&keys) {
        file(&store, key, &record(number, now), now).await;
    }
    for (number, key) in (0..).zip(&keys) {
        promise_found("a key finds its own record", &store, key, &record(number, now), now).await;
    }
    for (number, key) in (0..).zip(&keys) {
        promise(
            "a key deletes its own record",
            store.delete(key, now).await,
            Deleted::Deleted,
        );
        let left = u64::try_from(keys.len()).unwrap_or(0) - number - 1;
        promise("a key deletes no other record", store.count(now).await, left);
    }
}
