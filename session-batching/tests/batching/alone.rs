//! Callers for whom a lane is free.

use session_core::{Loaded, Updated};
use tokio::spawn;

use crate::model::Sent;
use crate::{NOW, key, lanes, one_lane, record, settle, update};

#[tokio::test]
async fn a_lone_caller_sends_the_plain_statement() {
    let (model, batching) = one_lane();
    model.open();
    model.insert(key(1), record(1));
    assert_eq!(batching.load(&key(1), NOW).await.unwrap(), Loaded::Found(record(1)));
    assert_eq!(batching.update(update(1, 1)).await.unwrap(), Updated::Applied);
    assert_eq!(batching.load(&key(2), NOW).await.unwrap(), Loaded::Absent);
    assert_eq!(
        model.sent(),
        [Sent::Load(key(1)), Sent::Update(key(1)), Sent::Load(key(2))]
    );
}

#[tokio::test]
async fn as_many_as_there_are_lanes_go_at_once() {
    let (model, batching) = lanes(3..=3);
    for number in 0..5 {
        let batching = batching.clone();
        spawn(async move { batching.load(&key(number), NOW).await });
    }
    settle().await;
    assert_eq!(
        model.sent(),
        [Sent::Load(key(0)), Sent::Load(key(1)), Sent::Load(key(2))]
    );
    // Whichever lane is free first takes both who wait.
    model.let_through(1);
    settle().await;
    assert_eq!(model.sent()[3..], [Sent::LoadSeveral(vec![key(3), key(4)])]);
}

#[tokio::test]
async fn loads_and_updates_do_not_wait_for_each_other() {
    let (model, batching) = one_lane();
    let loading = batching.clone();
    spawn(async move { loading.load(&key(1), NOW).await });
    spawn(async move { batching.update(update(1, 1)).await });
    settle().await;
    assert_eq!(model.sent(), [Sent::Load(key(1)), Sent::Update(key(1))]);
}

#[tokio::test]
async fn who_waits_alone_is_sent_the_plain_statement() {
    let (model, batching) = one_lane();
    for number in 0..2 {
        let batching = batching.clone();
        spawn(async move { batching.update(update(number, 1)).await });
        settle().await;
    }
    model.let_through(1);
    settle().await;
    assert_eq!(model.sent(), [Sent::Update(key(0)), Sent::Update(key(1))]);
}
