//! Records and keys for tests.

use session_core::{Loaded, Moment, Owner, Record, Revision, Store, StoreKey};
use session_store_redis::RedisStore;

/// The moment at which all of it happens, unless a test says otherwise.
pub(crate) const NOW: Moment = Moment::from_millis(1_700_000_000_000);
/// When the records end.
pub(crate) const END: Moment = Moment::from_millis(1_700_000_600_000);

pub(crate) fn new_key() -> StoreKey {
    let mut bytes = [0; 32];
    bytes.fill_with(|| fastrand::u8(..));
    StoreKey::from_bytes(bytes)
}

/// A record whose payload tells its revision, too.
pub(crate) fn record(revision: u64) -> Record {
    Record {
        revision: Revision::from_u64(revision),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: END,
        owner: None,
        payload: revision.to_be_bytes().as_slice().into(),
    }
}

pub(crate) fn owned(revision: u64, owner: &Owner) -> Record {
    Record {
        owner: Some(owner.clone()),
        ..record(revision)
    }
}

/// An owner whom no other test has.
pub(crate) fn new_owner() -> Owner {
    Owner::new(format!("owner-{}", fastrand::u64(..))).unwrap()
}

pub(crate) async fn created(store: &RedisStore, record: &Record) -> StoreKey {
    let key = new_key();
    let created = store.create(&key, record, None, NOW).await.unwrap();
    assert_eq!(created, session_core::Created::Created);
    key
}

/// The revision that a load finds; zero is nothing.
pub(crate) async fn loaded(store: &RedisStore, key: &StoreKey) -> u64 {
    match store.load(key, NOW).await.unwrap() {
        Loaded::Found(record) => {
            assert_eq!(*record.payload, record.revision.as_u64().to_be_bytes());
            record.revision.as_u64()
        }
        Loaded::Moved(_) | Loaded::Absent => 0,
    }
}

/// Replaces the record of one revision by that of the next.
pub(crate) async fn updated(store: &RedisStore, key: &StoreKey, from: u64) {
    let expected = Revision::from_u64(from);
    let updated = store.update(key, &record(from + 1), expected, NOW).await.unwrap();
    assert_eq!(updated, session_core::Updated::Applied);
}
