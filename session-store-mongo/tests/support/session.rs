//! Sessions that tests write.

use std::sync::Arc;

use session_core::{Created, Loaded, MARK_KEPT, Moment, Owner, Record, Revision, Rotation, Store, StoreKey};

/// Time stands still in these tests, unless one says otherwise: what ends does so by deletion only.
pub(crate) const NOW: Moment = Moment::from_millis(1_700_000_000_000);
/// When the records end.
pub(crate) const END: Moment = Moment::from_millis(1_700_000_600_000);

pub(crate) fn new_key() -> StoreKey {
    let mut bytes = [0; 32];
    bytes.fill_with(|| fastrand::u8(..));
    StoreKey::from_bytes(bytes)
}

pub(crate) fn new_revision() -> Revision {
    Revision::from_u64(fastrand::u64(..))
}

/// A record that counts, with a revision of its own.
pub(crate) fn counting(count: u64) -> Record {
    Record {
        revision: new_revision(),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: END,
        owner: None,
        payload: Arc::from(count.to_be_bytes()),
    }
}

/// How far `record` has counted.
pub(crate) fn count_of(record: &Record) -> u64 {
    u64::from_be_bytes(record.payload.as_ref().try_into().unwrap())
}

/// A record whose payload tells its revision, too.
pub(crate) fn record(revision: u64) -> Record {
    Record {
        revision: Revision::from_u64(revision),
        ..counting(revision)
    }
}

pub(crate) fn owned(record: Record, owner: &Owner) -> Record {
    Record {
        owner: Some(owner.clone()),
        ..record
    }
}

pub(crate) fn owner(name: &str) -> Owner {
    Owner::new(name).unwrap()
}

/// An owner whom no other test has.
pub(crate) fn new_owner() -> Owner {
    owner(&format!("owner-{}", fastrand::u64(..)))
}

/// The turn from `old`, which has the revision `expected`, to `new`; nobody signs in.
pub(crate) fn rotation<'a>(
    old: &'a StoreKey,
    new: &'a StoreKey,
    expected: Revision,
    record: &'a Record,
) -> Rotation<'a> {
    Rotation {
        old,
        new,
        record,
        expected,
        mark_until: NOW + MARK_KEPT,
        signs_in: None,
    }
}

/// A session that is there.
pub(crate) async fn create(store: &impl Store, record: &Record) -> StoreKey {
    let key = new_key();
    assert_eq!(store.create(&key, record, None, NOW).await.unwrap(), Created::Created);
    key
}

pub(crate) async fn found(store: &impl Store, key: &StoreKey) -> Record {
    let loaded = store.load(key, NOW).await.unwrap();
    let Loaded::Found(record) = loaded else {
        panic!("not found: {loaded:?}");
    };
    record
}
