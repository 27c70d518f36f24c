//! What the cases work with: a time to begin at, keys, owners, records.

use std::time::Duration;

use session_core::{
    Clock, Created, Listed, Loaded, MARK_KEPT, Moment, Owner, Record, Revision, Rotated, Rotation, Store, StoreKey,
    SystemClock,
};

use super::promise::{answered, promise, promise_that};

pub(super) const MILLISECOND: Duration = Duration::from_millis(1);
pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const HOUR: Duration = Duration::from_secs(60 * 60);

/// When a case begins: the real time, because engines that forget by themselves go by their own clocks. From here on a
/// case moves time by hand, and only forward, because a store may drop what has ended whenever it meets it.
pub(super) fn start() -> Moment {
    SystemClock.now()
}

/// One of the case's keys.
pub(super) const fn key(number: u8) -> StoreKey {
    StoreKey::from_bytes([number; 32])
}

/// One of many keys that differ in more than their first byte.
pub(super) fn numbered_key(number: u64) -> StoreKey {
    let mut bytes = [0x5a; 32];
    for (to, from) in bytes.iter_mut().skip(12).zip(number.to_be_bytes()) {
        *to = from;
    }
    StoreKey::from_bytes(bytes)
}

/// The owner with this name.
pub(super) fn owner(name: &str) -> Owner {
    Owner::new(name).unwrap_or_else(|invalid| panic!("{name:?} is no owner: {invalid}"))
}

pub(super) const fn revision(number: u64) -> Revision {
    Revision::from_u64(number)
}

/// A record of nobody's that begins now and lives for an hour. Records of different revisions differ in payload.
pub(super) fn record(number: u64, now: Moment) -> Record {
    Record {
        revision: revision(number),
        created_at: now,
        last_seen_at: now,
        expires_at: now + HOUR,
        owner: None,
        payload: format!("payload {number}").into_bytes().into(),
    }
}

/// [`record`], owned by `name`.
pub(super) fn owned(name: &str, number: u64, now: Moment) -> Record {
    Record {
        owner: Some(owner(name)),
        ..record(number, now)
    }
}

/// A rotation that signs nobody in and leaves its mark for as short as can be.
pub(super) fn rotation<'a>(
    old: &'a StoreKey,
    new: &'a StoreKey,
    record: &'a Record,
    expected: u64,
    now: Moment,
) -> Rotation<'a> {
    Rotation {
        old,
        new,
        record,
        expected: revision(expected),
        mark_until: now + MARK_KEPT,
        signs_in: None,
    }
}

/// Files `record` under `key`.
pub(super) async fn file(store: &dyn Store, key: &StoreKey, record: &Record, now: Moment) {
    promise(
        "a new key is filed",
        store.create(key, record, None, now).await,
        Created::Created,
    );
}

/// Carries out `rotation`.
pub(super) async fn move_on(store: &dyn Store, rotation: &Rotation<'_>, now: Moment) {
    promise(
        "a living session with the expected revision moves",
        store.rotate(rotation, now).await,
        Rotated::Applied,
    );
}

/// Holds the store to `promised`: under `key` is exactly `record`.
pub(super) async fn promise_found(promised: &str, store: &dyn Store, key: &StoreKey, record: &Record, now: Moment) {
    promise(promised, store.load(key, now).await, Loaded::Found(record.clone()));
}

/// Holds the store to `promised`: under `key` is nothing.
pub(super) async fn promise_absent(promised: &str, store: &dyn Store, key: &StoreKey, now: Moment) {
    promise(promised, store.load(key, now).await, Loaded::Absent);
}

/// Holds the store to its marks: from `old`, which is one, they lead to `last`, which is none. Each may name the next key
/// or a later one.
pub(super) async fn promise_leads_to(store: &dyn Store, old: &StoreKey, last: &StoreKey, now: Moment) {
    let mut passed = vec![*old];
    let mut came = answered(store.load(old, now).await);
    while let Loaded::Moved(next) = came
        && !passed.contains(&next)
    {
        passed.push(next);
        came = answered(store.load(&next, now).await);
    }
    let is_kept = matches!(came, Loaded::Found(_)) && passed.len() > 1 && passed.last() == Some(last);
    promise_that("marks lead to the session", is_kept, ("a way to", last), (passed, came));
}

/// Holds the store to `promised`: `name` has exactly the sessions under `keys`.
pub(super) async fn promise_listed(promised: &str, store: &dyn Store, name: &str, keys: &[StoreKey], now: Moment) {
    let mut listed: Vec<_> = answered(store.sessions_of(&owner(name), now).await)
        .iter()
        .map(|listed| listed.key)
        .collect();
    listed.sort_unstable();
    let mut expected = keys.to_vec();
    expected.sort_unstable();
    promise(&format!("{promised} (sessions of {name:?})"), Ok(listed), expected);
}

/// How `record` is listed.
pub(super) const fn listed(key: StoreKey, record: &Record) -> Listed {
    Listed {
        key,
        created_at: record.created_at,
        last_seen_at: record.last_seen_at,
        expires_at: record.expires_at,
    }
}
