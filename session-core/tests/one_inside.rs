//! Handlers that use clones of one session at the same time, and give up in the middle.

#![allow(clippy::allow_attributes, clippy::unwrap_used, reason = "a test may panic")]

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use session_conformance::{CountingStore, Counts, Operation, SlowStore};
use session_core::{Owner, RequestInfo, Session, SessionManager, SigningKeys};
use session_store_memory::MemoryStore;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Of an operation.
const TIME: Duration = Duration::from_millis(10);

/// A request of somebody who has a session with one value.
struct Request {
    manager: SessionManager,
    cookie: String,
    session: Session,
    /// What the store is asked.
    counts: Counts,
}

async fn request() -> Request {
    let store = CountingStore::new(SlowStore::new(MemoryStore::new(), TIME));
    let counts = store.counts();
    let manager = SessionManager::new(store, SigningKeys::generate().unwrap()).unwrap();
    let session = manager.open([], &RequestInfo::new());
    session.insert("count", &7_u64).unwrap();
    let committed = manager.commit(session, 200).await;
    committed.result.unwrap();
    let cookie = committed
        .headers
        .set_cookie()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    Request {
        session: manager.open([cookie.as_bytes()], &RequestInfo::new()),
        manager,
        cookie,
        counts,
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test(start_paused = true)]
async fn who_reads_at_the_same_time_loads_once() {
    let Request { session, counts, .. } = request().await;
    let mut readers = JoinSet::new();
    for _ in 0..64 {
        let session = session.clone();
        readers.spawn(async move { session.get::<u64>("count").await.unwrap() });
    }
    let read = readers.join_all().await;
    assert!(read.iter().all(|count| *count == Some(7)));
    assert_eq!(counts.of(Operation::Load), 1);
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_inside_lets_the_next_one_in() {
    let Request { session, counts, .. } = request().await;
    {
        let reading = pin!(session.get::<u64>("count"));
        assert!(poll(reading).is_pending());
    }
    let count = timeout(TIME * 10, session.get::<u64>("count")).await.unwrap();
    assert_eq!((count.unwrap(), counts.of(Operation::Load)), (Some(7), 2));
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_waiting_keeps_nobody_out() {
    let Request { session, counts, .. } = request().await;
    let mut inside = Box::pin(session.get::<u64>("count"));
    assert!(poll(inside.as_mut()).is_pending());
    {
        let waiting = pin!(session.get::<u64>("count"));
        assert!(poll(waiting).is_pending());
    }
    let last = tokio::spawn({
        let session = session.clone();
        async move { session.get::<u64>("count").await.unwrap() }
    });
    tokio::task::yield_now().await;
    assert_eq!(inside.await.unwrap(), Some(7));
    assert_eq!(timeout(TIME * 10, last).await.unwrap().unwrap(), Some(7));
    assert_eq!(counts.of(Operation::Load), 1);
}

#[tokio::test(start_paused = true)]
async fn two_of_one_task_are_both_let_in() {
    let Request { session, counts, .. } = request().await;
    let (first, second) = tokio::join!(
        session.update("count", |count: &mut u64| *count += 1),
        session.update("count", |count: &mut u64| *count += 1),
    );
    first.unwrap();
    second.unwrap();
    let (saved, read) = tokio::join!(session.save(), session.get::<u64>("count"));
    saved.unwrap();
    assert_eq!((read.unwrap(), counts.of(Operation::Load)), (Some(9), 1));
}

/// While it is saved it is neither among what is recorded nor in what was loaded.
#[tokio::test(start_paused = true)]
async fn a_value_is_seen_while_it_is_saved() {
    let Request { session, .. } = request().await;
    assert_eq!(session.get::<u64>("count").await.unwrap(), Some(7));
    session.insert("count", &8_u64).unwrap();
    session.insert("other", &1_u64).unwrap();
    session.sign_in(Owner::new("somebody").unwrap());
    let saving = tokio::spawn({
        let session = session.clone();
        async move { session.save().await }
    });
    tokio::task::yield_now().await;
    let (count, owner, mut names) = tokio::join!(session.get::<u64>("count"), session.owner(), session.keys());
    assert_eq!(count.unwrap(), Some(8));
    assert_eq!(owner.unwrap(), Some(Owner::new("somebody").unwrap()));
    assert_eq!(names.as_mut().unwrap(), &["count", "other"]);
    saving.await.unwrap().unwrap();
}

/// What was recorded is lost with it, as by a request that is cancelled.
#[tokio::test(start_paused = true)]
async fn a_save_that_is_given_up_holds_up_nobody() {
    let Request { session, .. } = request().await;
    assert_eq!(session.get::<u64>("count").await.unwrap(), Some(7));
    session.insert("count", &8_u64).unwrap();
    {
        let saving = pin!(session.save());
        assert!(poll(saving).is_pending());
    }
    let count = timeout(TIME * 10, session.get::<u64>("count")).await.unwrap();
    assert_eq!(count.unwrap(), Some(7));
}

#[tokio::test(start_paused = true)]
async fn the_response_waits_for_a_save_that_is_under_way() {
    let Request {
        manager,
        cookie,
        session,
        ..
    } = request().await;
    session.insert("count", &8_u64).unwrap();
    let saving = tokio::spawn({
        let session = session.clone();
        async move { session.save().await }
    });
    tokio::task::yield_now().await;
    let committed = manager.commit(session, 200).await;
    committed.result.unwrap();
    let next = manager.open([cookie.as_bytes()], &RequestInfo::new());
    assert_eq!(next.get::<u64>("count").await.unwrap(), Some(8));
    saving.await.unwrap().unwrap();
}
