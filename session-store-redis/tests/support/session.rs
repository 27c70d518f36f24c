//! Sessions that tests write.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_core::{Created, Loaded, Moment, Owner, Record, Revision, Store, StoreKey};

/// Time stands still in these tests: what ends does so by deletion only.
pub(crate) const NOW: Moment = Moment::from_millis(1_700_000_000_000);
pub(crate) const MARK_UNTIL: Moment = Moment::from_millis(1_700_000_060_000);
const LIFE: Duration = Duration::from_secs(3600);

pub(crate) fn new_key() -> StoreKey {
    let mut bytes = [0; 32];
    bytes.fill_with(|| fastrand::u8(..));
    StoreKey::from_bytes(bytes)
}

/// Where a store with this prefix keeps a session.
pub(crate) fn place_of(prefix: &str, key: &StoreKey) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(key.as_bytes()))
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
        expires_at: NOW + LIFE,
        owner: None,
        payload: Arc::from(count.to_be_bytes()),
    }
}

pub(crate) fn owned_by(owner: &Owner) -> Record {
    Record {
        owner: Some(owner.clone()),
        ..counting(0)
    }
}

pub(crate) fn owner(name: &str) -> Owner {
    Owner::new(name).unwrap()
}

/// How far `record` has counted.
pub(crate) fn count_of(record: &Record) -> u64 {
    u64::from_be_bytes(record.payload.as_ref().try_into().unwrap())
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

/// What `error` says, with all its causes.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
