//! Callers who leave, or whose time is over.

use std::sync::Arc;
use std::time::Duration;

use session_batching::MOST_WAITING;
use session_core::{Loaded, StoreError, Updated};
use tokio::runtime::Builder;
use tokio::spawn;
use tokio::task::JoinHandle;
use tokio::time::{advance, timeout};

use crate::model::{Model, Sent};
use crate::{Batching, LIMIT, NOW, key, one_lane, record, settle, update};

#[tokio::test(start_paused = true)]
async fn who_leaves_the_line_leaves_nothing_behind() {
    let (model, batching) = one_lane();
    let mut waiting = Vec::new();
    for number in 0..4 {
        let batching = batching.clone();
        waiting.push(spawn(async move { batching.update(update(number, 1)).await }));
        settle().await;
    }
    waiting[2].abort();
    settle().await;
    model.let_through(1);
    settle().await;
    assert_eq!(
        model.sent(),
        [Sent::Update(key(0)), Sent::UpdateSeveral(vec![key(1), key(3)])]
    );
}

#[tokio::test(start_paused = true)]
async fn who_leaves_on_a_lane_gives_it_to_the_next() {
    let (model, batching) = one_lane();
    let leaving = spawn({
        let batching = batching.clone();
        async move { batching.load(&key(0), NOW).await }
    });
    settle().await;
    let waiting = spawn(async move { batching.load(&key(1), NOW).await });
    settle().await;
    leaving.abort();
    settle().await;
    assert_eq!(model.sent(), [Sent::Load(key(0)), Sent::Load(key(1))]);
    model.open();
    assert_eq!(waiting.await.unwrap().unwrap(), Loaded::Absent);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_a_batch_ends_it_for_nobody() {
    let (model, batching) = one_lane();
    let mut waiting = Vec::new();
    for number in 0..4 {
        model.insert(key(number), record(1));
        let batching = batching.clone();
        waiting.push(spawn(async move { batching.update(update(number, 1)).await }));
        settle().await;
    }
    model.let_through(1);
    settle().await;
    waiting[1].abort();
    settle().await;
    model.open();
    for caller in waiting.drain(2..) {
        assert_eq!(caller.await.unwrap().unwrap(), Updated::Applied);
    }
}

#[tokio::test(start_paused = true)]
async fn whose_time_is_over_in_line_is_told_that_nothing_was_done() {
    let (model, batching) = one_lane();
    let first = spawn({
        let batching = batching.clone();
        async move { batching.update(update(0, 1)).await }
    });
    settle().await;
    let second = spawn(async move { batching.update(update(1, 1)).await });
    settle().await;
    advance(LIMIT).await;
    let error = second.await.unwrap().unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    model.open();
    assert!(first.await.unwrap().is_ok());
    assert_eq!(model.sent(), [Sent::Update(key(0))]);
}

#[tokio::test(start_paused = true)]
async fn whose_time_is_over_on_the_way_is_told_that_it_is_unknown() {
    let (model, batching) = one_lane();
    let mut updates = Vec::new();
    let mut loads = Vec::new();
    for number in 0..3 {
        let (loading, updating) = (batching.clone(), batching.clone());
        updates.push(spawn(async move { updating.update(update(number, 1)).await }));
        loads.push(spawn(async move { loading.load(&key(number), NOW).await }));
        settle().await;
    }
    // Of each kind the first is done, and the other two are under way.
    model.let_through(2);
    settle().await;
    advance(LIMIT).await;
    for caller in updates.drain(1..) {
        assert!(matches!(caller.await.unwrap(), Err(StoreError::ReplyLost(_))));
    }
    // A load that did not come is nothing that happened.
    for caller in loads.drain(1..) {
        assert!(matches!(caller.await.unwrap(), Err(StoreError::Unavailable(_))));
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_into_the_line_when_it_is_empty_takes_the_lane() {
    let (model, batching) = one_lane();
    let mut callers = Vec::new();
    for _ in 0..1 + MOST_WAITING + 1 {
        let batching = batching.clone();
        callers.push(spawn(async move { batching.load(&key(1), NOW).await }));
    }
    settle().await;
    callers.pop();
    // The lane's caller is the last to leave.
    callers.iter().rev().for_each(JoinHandle::abort);
    settle().await;
    assert_eq!(model.sent().len(), 2);
    // And nobody else does.
    spawn(async move { batching.load(&key(2), NOW).await });
    settle().await;
    assert_eq!(model.sent().len(), 2);
}

/// As when a test's runtime, or that of one worker of a server, is gone, and the store is used on.
#[test]
fn a_runtime_that_ends_takes_no_lane_with_it() {
    let model = Arc::new(Model::default());
    let batching = Batching::new(&model, 1..=1);
    let first = Builder::new_current_thread().enable_all().build().unwrap();
    first.block_on(async {
        for number in 0..3 {
            let batching = batching.clone();
            spawn(async move { batching.load(&key(number), NOW).await });
        }
        settle().await;
        model.let_through(1);
        settle().await;
    });
    drop(first);
    model.open();
    let second = Builder::new_current_thread().enable_all().build().unwrap();
    let loaded = second.block_on(async { timeout(Duration::from_secs(10), batching.load(&key(1), NOW)).await });
    assert_eq!(loaded.unwrap().unwrap(), Loaded::Absent);
}
