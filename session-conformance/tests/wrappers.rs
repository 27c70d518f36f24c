//! The wrappers do what they say to the operations that they are told, and nothing to any other.

use std::sync::Arc;
use std::time::Duration;

use session_conformance::{CountingStore, FlakyStore, LostReplyStore, Operation, ReferenceStore, SlowStore};
use session_core::{Created, Loaded, Moment, Record, Revision, Store, StoreError, StoreKey};

const NOW: Moment = Moment::from_millis(1_000);
const KEY: StoreKey = StoreKey::from_bytes([1; 32]);

fn record() -> Record {
    Record {
        revision: Revision::from_u64(1),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW + Duration::from_secs(1),
        owner: None,
        payload: [].into(),
    }
}

/// A wrapper that is told nothing passes the whole suite, several deep and behind a trait object.
mod transparent {
    use super::{CountingStore, Duration, FlakyStore, LostReplyStore, ReferenceStore, SlowStore};

    session_conformance::store_contract!(async {
        let slow = SlowStore::new(ReferenceStore::new(), Duration::MAX);
        slow.plan().nothing();
        let inner: std::sync::Arc<dyn session_core::Store> = std::sync::Arc::new(FlakyStore::new(slow));
        CountingStore::new(LostReplyStore::new(inner))
    });
}

#[tokio::test]
async fn each_operation_is_counted_by_its_name() {
    let store = CountingStore::new(ReferenceStore::new());
    let counts = store.counts();
    for _ in 0..3 {
        assert_eq!(store.load(&KEY, NOW).await.unwrap(), Loaded::Absent);
    }
    assert_eq!(
        store.create(&KEY, &record(), None, NOW).await.unwrap(),
        Created::Created
    );
    assert_eq!(counts.of(Operation::Load), 3);
    assert_eq!(counts.of(Operation::Create), 1);
    assert_eq!(counts.of(Operation::Rotate), 0);
    assert_eq!(counts.total(), 4);
    assert_eq!(counts.all().len(), 2);
    counts.reset();
    assert_eq!(counts.total(), 0);
}

#[tokio::test]
async fn an_operation_that_fails_has_not_happened() {
    let store = FlakyStore::new(ReferenceStore::new());
    store.plan().next_of(Operation::Create, 1);
    let failed = store.create(&KEY, &record(), None, NOW).await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))));
    assert_eq!(store.load(&KEY, NOW).await.unwrap(), Loaded::Absent);
    assert_eq!(
        store.create(&KEY, &record(), None, NOW).await.unwrap(),
        Created::Created
    );
}

#[tokio::test]
async fn an_operation_whose_reply_is_lost_has_happened() {
    let store = LostReplyStore::new(ReferenceStore::new());
    store.plan().next(1);
    let failed = store.create(&KEY, &record(), None, NOW).await;
    assert!(matches!(failed, Err(StoreError::ReplyLost(_))));
    assert_eq!(store.load(&KEY, NOW).await.unwrap(), Loaded::Found(record()));
}

#[tokio::test]
async fn a_store_that_fails_loses_no_reply() {
    let flaky = FlakyStore::new(ReferenceStore::new());
    flaky.plan().everything();
    let store = LostReplyStore::new(flaky);
    store.plan().everything();
    assert!(matches!(store.clear().await, Err(StoreError::Unavailable(_))));
}

#[tokio::test(start_paused = true)]
async fn a_slow_operation_waits_for_tokios_time() {
    let store = SlowStore::new(ReferenceStore::new(), Duration::from_secs(60));
    let began_at = tokio::time::Instant::now();
    store.clear().await.unwrap();
    assert_eq!(began_at.elapsed(), Duration::from_secs(60));
    store.plan().when(|operation| operation == Operation::Load);
    store.clear().await.unwrap();
    assert_eq!(
        began_at.elapsed(),
        Duration::from_secs(60),
        "another operation is not slow"
    );
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_never_answers_and_does_nothing() {
    let reference = Arc::new(ReferenceStore::new());
    let store = SlowStore::hanging(Arc::clone(&reference));
    let day = Duration::from_secs(24 * 60 * 60);
    let outcome = tokio::time::timeout(day, store.create(&KEY, &record(), None, NOW)).await;
    assert!(outcome.is_err(), "no answer within a day");
    assert_eq!(reference.count(NOW).await.unwrap(), 0);
}
