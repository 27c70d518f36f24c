//! What can be set, and what is refused.

use std::time::Duration;

use crate::{ExpiredSessions, ScriptedStore};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MILLISECOND: Duration = Duration::from_millis(1);

fn ended() -> ExpiredSessions {
    ExpiredSessions::of(ScriptedStore::answering([]))
}

#[test]
fn an_interval_out_of_bounds_is_refused() {
    for interval in [
        Duration::ZERO,
        Duration::from_millis(999),
        DAY + MILLISECOND,
        Duration::MAX,
    ] {
        let refusal = ended().sweep_every(interval).err().unwrap().to_string();
        assert_eq!(
            refusal,
            format!("the interval between sweeps is {interval:?}, needs 1 second to 24 hours")
        );
    }
    for interval in [Duration::from_secs(1), DAY] {
        assert!(ended().sweep_every(interval).is_ok());
    }
}

#[test]
fn a_batch_out_of_bounds_is_refused() {
    for most in [0, 10_001, usize::MAX] {
        let refusal = ended().batch(most).unwrap_err().to_string();
        assert_eq!(refusal, format!("the batch of a sweep is {most}, needs 1 to 10,000"));
    }
    for most in [1, 10_000] {
        assert!(ended().batch(most).is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_has_the_limit_that_was_set() {
    let store = ScriptedStore::answering([]);
    ExpiredSessions::of(store.clone()).sweep().await.unwrap();
    ExpiredSessions::of(store.clone())
        .batch(7)
        .unwrap()
        .sweep()
        .await
        .unwrap();
    let limits: Vec<_> = store.calls().iter().map(|call| call.limit).collect();
    assert_eq!(limits, [1_000, 7]);
}
