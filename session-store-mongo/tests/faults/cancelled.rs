//! More callers than connections, and callers that do not wait for their answers.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use session_core::{Loaded, Store, StoreError, Touch, Updated};
use tokio::time::{Instant, timeout};

use crate::support::protocol::MongoProtocol;
use crate::support::proxy::{Proxy, address};
use crate::support::session::{END, NOW, count_of, counting, create, found, new_key};
use crate::support::{LIMIT, chain, variable};
use crate::{RESPONSE_TIMEOUT, SLACK, builder, connect};

const CONNECTIONS: u32 = 4;

async fn proxy() -> (Proxy, String) {
    let url = variable("SESSION_KIT_MONGO_URL");
    let proxy = Proxy::before::<MongoProtocol>(address(&url)).await;
    let url = proxy.through(&url);
    (proxy, url)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_callers_than_connections_wait_in_line() {
    let url = variable("SESSION_KIT_MONGO_URL");
    let store = connect(builder(url).connections(CONNECTIONS).response_timeout(LIMIT)).await;
    let callers = (0..100).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut known = counting(0);
            let key = create(&store, &known).await;
            for count in 1..=10 {
                let next = counting(count);
                let updated = store.update(&key, &next, known.revision, NOW).await.unwrap();
                assert_eq!(updated, Updated::Applied);
                known = next;
            }
            assert_eq!(found(&store, &key).await, known);
        })
    });
    for caller in join_all(callers).await {
        caller.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_for_whom_no_connection_is_free_in_time_is_told() {
    let (proxy, url) = proxy().await;
    let store = connect(builder(url).connections(1)).await;
    let (key, other) = (create(&store, &counting(0)).await, new_key());
    proxy.delay(10 * RESPONSE_TIMEOUT);
    let begin = Instant::now();
    let first = counting(0);
    let create = store.create(&other, &first, None, NOW);
    let (first, second) = tokio::join!(store.load(&key, NOW), create);
    let (first, second) = (first.unwrap_err(), second.unwrap_err());
    assert!(matches!(first, StoreError::Unavailable(_)), "{first:?}");
    assert!(chain(&first).contains("did not answer within 1s"), "{}", chain(&first));
    assert!(matches!(second, StoreError::Unavailable(_)), "{second:?}");
    assert!(
        chain(&second).contains("no connection was free within 1s"),
        "{}",
        chain(&second)
    );
    assert!(begin.elapsed() < RESPONSE_TIMEOUT + SLACK, "{:?}", begin.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_that_left_the_line_hold_up_nobody() {
    let (proxy, url) = proxy().await;
    let store = connect(builder(url).connections(1)).await;
    let key = create(&store, &counting(0)).await;
    proxy.delay(RESPONSE_TIMEOUT / 3);
    // Loads would travel together.
    let touch = Touch {
        expected: counting(0).revision,
        last_seen_at: NOW,
        expires_at: END,
    };
    let calls = join_all((0..100).map(|_| store.touch(&key, &touch, NOW))).await;
    let left = calls.iter().filter(|call| call.is_err()).count();
    assert!(left > 90, "{left} left the line");
    proxy.delay(Duration::ZERO);
    let begin = Instant::now();
    found(&store, &key).await;
    assert!(begin.elapsed() < SLACK, "{:?}", begin.elapsed());
}

/// No answer is taken for another's, and no connection stays taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_that_leave_in_the_middle_leave_nothing_behind() {
    const ROUNDS: usize = 40;
    let (proxy, url) = proxy().await;
    let store = connect(builder(url).connections(CONNECTIONS).response_timeout(2 * LIMIT)).await;
    proxy.delay(Duration::from_millis(2));
    let callers = (1..=8).map(|number| tokio::spawn(leave_now_and_then(Arc::clone(&store), number, ROUNDS)));
    let mut left = 0;
    for caller in join_all(callers).await {
        left += caller.unwrap();
    }
    println!("{left} of {} loads were left alone", 8 * ROUNDS);
    assert!((20..8 * ROUNDS).contains(&left), "{left} were left");
    proxy.delay(Duration::ZERO);
    assert_eq!(store.count(NOW).await.unwrap(), 8);
    more_than_there_are_connections(&store).await;
}

async fn leave_now_and_then(store: Arc<dyn Store>, number: u64, rounds: usize) -> usize {
    let record = counting(number);
    let key = create(&store, &record).await;
    let mut left = 0;
    for round in 0..rounds {
        let patience = Duration::from_micros(fastrand::u64(..30_000));
        match timeout(patience, store.load(&key, NOW)).await {
            Ok(Ok(Loaded::Found(found))) => assert_eq!(count_of(&found), number),
            Ok(other) => panic!("{other:?}"),
            Err(_) => left += 1,
        }
        // One that changes nothing, and has another answer.
        let other = store.update(&key, &record, counting(0).revision, NOW);
        if round % 2 == 0 {
            drop(timeout(patience, other).await);
        } else {
            assert_eq!(other.await.unwrap(), Updated::Conflict(record.clone()));
        }
    }
    left
}

/// All of them are free again.
async fn more_than_there_are_connections(store: &Arc<dyn Store>) {
    let calls = (0..4 * CONNECTIONS).map(|_| store.load(&STRANGER, NOW));
    for loaded in join_all(calls).await {
        assert_eq!(loaded.unwrap(), Loaded::Absent);
    }
}

const STRANGER: session_core::StoreKey = session_core::StoreKey::from_bytes([9; 32]);
