//! One sweep.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use session_core::{Clock, Created, Error, Moment, Record, Revision, SessionId, Store, StoreError};
use session_store_memory::MemoryStore;
use tokio::time::{Instant, sleep};

use crate::{Answer, ExpiredSessions, ScriptedStore};

/// Shows another time each time that it is asked.
#[derive(Clone, Debug, Default)]
struct RestlessClock(Arc<AtomicU64>);

impl Clock for RestlessClock {
    fn now(&self) -> Moment {
        Moment::from_millis(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A store with so many sessions that ended long ago, and one that lives.
pub(crate) async fn store_with_ended(sessions: usize) -> MemoryStore {
    let store = MemoryStore::new();
    let mut ends = vec![Moment::from_millis(1_000); sessions];
    ends.push(Moment::MAX);
    for expires_at in ends {
        let record = Record {
            revision: Revision::from_u64(1),
            created_at: Moment::default(),
            last_seen_at: Moment::default(),
            expires_at,
            owner: None,
            payload: b"three apples".as_slice().into(),
        };
        let key = SessionId::random().unwrap().store_key();
        let created = store.create(&key, &record, None, Moment::default()).await.unwrap();
        assert_eq!(created, Created::Created);
    }
    store
}

#[tokio::test(start_paused = true)]
async fn a_sweep_removes_what_has_ended_and_spares_the_living() {
    let store = store_with_ended(2_500).await;
    let ended = ExpiredSessions::of(store.clone());
    assert_eq!(ended.sweep().await.unwrap(), 2_500);
    assert_eq!(store.held_sessions(), 1);
    assert_eq!(ended.sweep().await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_shared_store_can_be_swept() {
    let store: Arc<dyn Store> = Arc::new(store_with_ended(3).await);
    assert_eq!(ExpiredSessions::of(Arc::clone(&store)).sweep().await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_not_full_is_not_the_end() {
    let store = ScriptedStore::answering([3, 1_000, 2].map(Answer::Removed));
    assert_eq!(ExpiredSessions::of(store.clone()).sweep().await.unwrap(), 1_005);
    assert_eq!(store.calls().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_ends_during_a_sweep_waits_for_the_next() {
    let store = ScriptedStore::answering([5, 5].map(Answer::Removed));
    let ended = ExpiredSessions::of(store.clone()).clock(RestlessClock::default());
    ended.sweep().await.unwrap();
    ended.sweep().await.unwrap();
    let moments: Vec<_> = store.calls().iter().map(|call| call.now.as_millis()).collect();
    assert_eq!(moments, [0, 0, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_sweep_of_very_much_lets_others_have_their_turn() {
    let store = ScriptedStore::new(|_| Answer::Removed(1_000));
    let ended = ExpiredSessions::of(store.clone());
    tokio::select! {
        biased;
        swept = ended.sweep() => unreachable!("{swept:?}"),
        () = sleep(Duration::from_secs(1)) => {}
    }
    assert!(
        store.calls().len() <= 101,
        "{} batches in a second",
        store.calls().len()
    );
}

#[tokio::test(start_paused = true)]
async fn after_a_batch_it_rests_for_as_long() {
    let store = ScriptedStore::answering([2, 5].map(|seconds| Answer::RemovedAfter(Duration::from_secs(seconds), 9)));
    ExpiredSessions::of(store.clone()).sweep().await.unwrap();
    assert_eq!(store.gaps(), [4, 10].map(Duration::from_secs));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_answered() {
    let store = ScriptedStore::answering([Answer::Removed(5), Answer::Fails]);
    let answer = ExpiredSessions::of(store.clone()).sweep().await;
    assert!(
        matches!(answer, Err(Error::Store(StoreError::Unavailable(_)))),
        "{answer:?}"
    );
    assert_eq!(store.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_hangs_is_given_up() {
    const LIMIT: Duration = Duration::from_secs(30);
    let began_at = Instant::now();
    let store = ScriptedStore::answering([Answer::Hangs]);
    let answer = tokio::time::timeout(LIMIT * 10, ExpiredSessions::of(store).sweep()).await;
    assert!(matches!(answer, Ok(Err(Error::TimedOut(LIMIT)))), "{answer:?}");
    assert_eq!(began_at.elapsed(), LIMIT);
}

#[tokio::test(start_paused = true)]
async fn nodes_that_sweep_at_once_share_the_work() {
    let store = store_with_ended(1_000).await;
    let ended = || ExpiredSessions::of(store.clone()).batch(10).unwrap();
    let (first, second) = (ended(), ended());
    let (first, second) = tokio::join!(first.sweep(), second.sweep());
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!((first + second, store.held_sessions()), (1_000, 1));
    assert!(first > 0 && second > 0, "{first} and {second}");
}

#[test]
fn without_a_runtime_a_sweep_comes_to_an_end() {
    let store = ScriptedStore::answering([5, 5, 5].map(Answer::Removed));
    let ended = ExpiredSessions::of(store);
    let mut sweep = pin!(ended.sweep());
    let mut context = Context::from_waker(Waker::noop());
    let answer = (0..100).find_map(|_| match sweep.as_mut().poll(&mut context) {
        Poll::Ready(answer) => Some(answer.unwrap()),
        Poll::Pending => None,
    });
    assert_eq!(answer, Some(15));
}
