//! Statements that take their time.

use session_batching::SLOW;
use session_core::{Loaded, Updated};
use tokio::spawn;
use tokio::time::{Duration, advance};

use crate::model::Sent;
use crate::{NOW, key, lanes, record, settle, update};

const JUST_BEFORE: Duration = SLOW.saturating_sub(Duration::from_millis(1));

async fn pass(time: Duration) {
    advance(time).await;
    settle().await;
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_for_a_slow_lane() {
    let (model, batching) = lanes(1..=2);
    model.insert(key(3), record(1));
    let mut waiting = Vec::new();
    for number in 0..4 {
        let batching = batching.clone();
        waiting.push(spawn(async move { batching.load(&key(number), NOW).await.unwrap() }));
        settle().await;
    }
    pass(JUST_BEFORE).await;
    assert_eq!(model.sent(), [Sent::Load(key(0))]);
    pass(SLOW - JUST_BEFORE).await;
    let together = Sent::LoadSeveral(vec![key(1), key(2), key(3)]);
    assert_eq!(model.sent(), [Sent::Load(key(0)), together]);
    model.open();
    for (number, caller) in waiting.into_iter().enumerate() {
        let found = Loaded::Found(record(1));
        assert_eq!(caller.await.unwrap(), if number == 3 { found } else { Loaded::Absent });
    }
}

#[tokio::test(start_paused = true)]
async fn there_are_not_more_lanes_than_there_may_be_and_those_for_slow_times_close() {
    let (model, batching) = lanes(1..=2);
    let mut waiting = Vec::new();
    for number in 0..3 {
        let batching = batching.clone();
        waiting.push(spawn(async move { batching.load(&key(number), NOW).await.unwrap() }));
        settle().await;
        pass(2 * SLOW).await;
    }
    // The third finds both of them taken.
    assert_eq!(model.sent(), [Sent::Load(key(0)), Sent::Load(key(1))]);
    model.let_through(2);
    settle().await;
    assert_eq!(model.sent().len(), 3);
    let batching = batching.clone();
    waiting.push(spawn(async move { batching.load(&key(3), NOW).await.unwrap() }));
    settle().await;
    // The lane is not slow yet, and the other one is there for slow times only.
    assert_eq!(model.sent().len(), 3);
    model.open();
    for caller in waiting {
        assert_eq!(caller.await.unwrap(), Loaded::Absent);
    }
    assert_eq!(model.most_at_once(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lane_for_slow_times_is_there_again_the_next_time() {
    let (model, batching) = lanes(1..=2);
    for time in 0..3 {
        let mut waiting = Vec::new();
        for number in 0..2 {
            let batching = batching.clone();
            waiting.push(spawn(async move { batching.load(&key(number), NOW).await.unwrap() }));
            settle().await;
        }
        pass(SLOW).await;
        assert_eq!(model.sent().len(), 2 * (time + 1));
        model.let_through(2);
        for caller in waiting {
            assert_eq!(caller.await.unwrap(), Loaded::Absent);
        }
    }
}

/// The model would notice two of them.
#[tokio::test(start_paused = true)]
async fn two_updates_of_one_session_are_not_under_way_at_once_and_the_others_go() {
    let (model, batching) = lanes(1..=3);
    for number in 0..2 {
        model.insert(key(number), record(1));
    }
    let mut waiting = Vec::new();
    for (number, expected) in [(0, 1), (0, 2), (1, 1)] {
        let batching = batching.clone();
        waiting.push(spawn(async move {
            batching.update(update(number, expected)).await.unwrap()
        }));
        settle().await;
    }
    pass(SLOW).await;
    assert_eq!(model.sent(), [Sent::Update(key(0)), Sent::Update(key(1))]);
    pass(5 * SLOW).await;
    assert_eq!(model.sent().len(), 2);
    model.open();
    for caller in waiting {
        assert_eq!(caller.await.unwrap(), Updated::Applied);
    }
}

/// What waits for a session is not forgotten by the lane on which that was.
#[tokio::test(start_paused = true)]
async fn who_waits_for_a_session_goes_when_a_lane_for_slow_times_has_it_no_more() {
    let (model, batching) = lanes(1..=2);
    model.insert(key(1), record(1));
    let mut waiting = Vec::new();
    for (number, expected) in [(0, 1), (1, 1), (1, 2)] {
        let batching = batching.clone();
        waiting.push(spawn(async move {
            batching.update(update(number, expected)).await.unwrap()
        }));
        settle().await;
        pass(SLOW).await;
    }
    // The first has ended, so a lane is free, and nobody of those who wait can have it.
    model.let_through(1);
    settle().await;
    assert_eq!(model.sent(), [Sent::Update(key(0)), Sent::Update(key(1))]);
    model.let_through(1);
    settle().await;
    assert_eq!(model.sent().len(), 3);
    model.open();
    let answers = [Updated::Gone, Updated::Applied, Updated::Applied];
    for (caller, answer) in waiting.into_iter().zip(answers) {
        assert_eq!(caller.await.unwrap(), answer);
    }
}
