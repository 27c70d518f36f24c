//! Payloads as large as they may be, and larger.

use std::sync::Arc;

use session_core::{Created, Owner, Record, Rotated, Rotation, Store as _, StoreError, Updated};
use session_store_mongo::MongoStore;

use crate::at;
use crate::support::monitor::Monitor;
use crate::support::session::{NOW, counting, create, found, new_key, new_revision, owned, owner, rotation};
use crate::support::{LIMIT, collection, variable};

/// A document has at most 16 MiB, and this leaves room for its other fields.
const LIMIT_IN_BYTES: usize = 16 * 1024 * 1024 - 1024;

fn with_payload(bytes: usize, record: Record) -> Record {
    let mut payload = vec![0x5a; bytes];
    payload[0] = fastrand::u8(..);
    Record {
        payload: Arc::from(payload),
        ..record
    }
}

/// The longest name there is, so that nothing else has more room.
fn longest_owner() -> Owner {
    owner(&format!("{:>255}", fastrand::u64(..)).replace(' ', "x"))
}

#[tokio::test]
async fn the_largest_payload_comes_back() {
    for url in ["SESSION_KIT_MONGO_URL", "SESSION_KIT_MONGO_REPLICA_URL"] {
        let store = at(variable(url)).connect().await.unwrap();
        let largest = || with_payload(LIMIT_IN_BYTES, owned(counting(0), &longest_owner()));
        let first = largest();
        let key = create(&store, &first).await;
        assert!(found(&store, &key).await == first);
        let (second, signed_in) = (owned(largest(), first.owner.as_ref().unwrap()), largest());
        let updated = store.update(&key, &second, first.revision, NOW).await.unwrap();
        assert!(updated == Updated::Applied);
        assert!(found(&store, &key).await == second);
        // The command of a rotation has the name once more, in the mark.
        let (new, third) = (new_key(), largest());
        let rotation = Rotation {
            signs_in: Some(NOW),
            ..rotation(&key, &new, second.revision, &third)
        };
        assert!(store.rotate(&rotation, NOW).await.unwrap() == Rotated::Applied);
        assert!(found(&store, &new).await == third);
        let created = store.create(&new_key(), &signed_in, Some(NOW), NOW).await.unwrap();
        assert_eq!(created, Created::Created);
        store.clear().await.unwrap();
    }
}

#[tokio::test]
async fn a_payload_that_is_larger_is_refused_before_anything_is_sent() {
    let monitor = Monitor::default();
    let options = monitor.options(&variable("SESSION_KIT_MONGO_URL")).await;
    let store = MongoStore::from_options(options).collection(collection());
    let store = store.response_timeout(LIMIT).connect().await.unwrap();
    let known = counting(0);
    let key = create(&store, &known).await;
    drop(monitor.sent());
    let large = with_payload(LIMIT_IN_BYTES + 1, owned(counting(1), &owner("ann")));
    let (new, rotated) = (new_key(), new_key());
    let rotation = rotation(&key, &rotated, known.revision, &large);
    for refused in [
        store.create(&new, &large, None, NOW).await.map(drop),
        store.create(&new, &large, Some(NOW), NOW).await.map(drop),
        store.update(&key, &large, known.revision, NOW).await.map(drop),
        store.update(&key, &large, new_revision(), NOW).await.map(drop),
        store.rotate(&rotation, NOW).await.map(drop),
    ] {
        let Err(StoreError::TooLarge { bytes, limit }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!((bytes, limit), (LIMIT_IN_BYTES + 1, LIMIT_IN_BYTES));
    }
    assert_eq!(monitor.sent().len(), 0);
    assert_eq!(found(&store, &key).await, known);
}
