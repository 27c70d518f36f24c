//! Statements that fail.

use std::error::Error as _;

use session_batching::Failed;
use session_core::{Loaded, StoreError, Updated};
use tokio::spawn;

use crate::model::{Sent, lost, refused};
use crate::{NOW, key, one_lane, record, settle, update};

#[tokio::test]
async fn one_that_is_refused_fails_nobody_else() {
    let (model, batching) = one_lane();
    for number in 1..4 {
        model.insert(key(number), record(1));
    }
    model.poison(key(2));
    let mut loads = Vec::new();
    let mut updates = Vec::new();
    for number in 0..4 {
        let (loading, updating) = (batching.clone(), batching.clone());
        loads.push(spawn(async move { loading.load(&key(number), NOW).await }));
        updates.push(spawn(async move { updating.update(update(number, 1)).await }));
        settle().await;
    }
    model.open();
    for (number, caller) in loads.into_iter().enumerate().skip(1) {
        assert_eq!(caller.await.unwrap().is_err(), number == 2);
    }
    for (number, caller) in updates.into_iter().enumerate().skip(1) {
        match caller.await.unwrap() {
            Ok(updated) => assert_eq!(updated, Updated::Applied),
            Err(error) => assert!(number == 2 && matches!(error, StoreError::Unavailable(_)), "{error}"),
        }
    }
    assert_eq!(model.get(&key(2)), Loaded::Found(record(1)));
}

#[tokio::test]
async fn what_may_have_happened_is_told_to_all_and_not_tried_again() {
    let (model, batching) = one_lane();
    for number in 1..4 {
        model.insert(key(number), record(1));
    }
    model.fate(true, Failed::All(lost()));
    let mut waiting = Vec::new();
    for number in 0..4 {
        let batching = batching.clone();
        waiting.push(spawn(async move { batching.update(update(number, 1)).await }));
        settle().await;
    }
    model.open();
    for caller in waiting.into_iter().skip(1) {
        let error = caller.await.unwrap().unwrap_err();
        assert!(matches!(error, StoreError::ReplyLost(_)), "{error}");
        assert_eq!(error.source().unwrap().to_string(), "the connection broke");
    }
    assert_eq!(
        model.sent(),
        [Sent::Update(key(0)), Sent::UpdateSeveral(vec![key(1), key(2), key(3)])]
    );
    assert_eq!(model.get(&key(1)), Loaded::Found(record(2)));
}

#[tokio::test]
async fn a_server_that_is_away_is_told_to_all() {
    let (model, batching) = one_lane();
    model.fate(false, Failed::All(refused()));
    let mut waiting = Vec::new();
    for number in 0..4 {
        let batching = batching.clone();
        waiting.push(spawn(async move { batching.load(&key(number), NOW).await }));
        settle().await;
    }
    model.open();
    for caller in waiting.into_iter().skip(1) {
        assert!(matches!(caller.await.unwrap(), Err(StoreError::Unavailable(_))));
    }
    assert_eq!(model.sent().len(), 2);
}

#[tokio::test]
async fn what_is_told_of_one_is_its_answer_and_it_is_not_tried_again() {
    let (model, batching) = one_lane();
    for number in 1..4 {
        model.insert(key(number), record(1));
    }
    model.lose_sight_of(key(2));
    let mut waiting = Vec::new();
    for number in 0..4 {
        let batching = batching.clone();
        waiting.push(spawn(async move { batching.update(update(number, 1)).await }));
        settle().await;
    }
    model.open();
    for (number, caller) in waiting.into_iter().enumerate().skip(1) {
        match caller.await.unwrap() {
            Ok(updated) => assert!(number != 2 && updated == Updated::Applied),
            Err(error) => assert!(number == 2 && matches!(error, StoreError::ReplyLost(_)), "{error}"),
        }
    }
    assert_eq!(
        model.sent(),
        [Sent::Update(key(0)), Sent::UpdateSeveral(vec![key(1), key(2), key(3)])]
    );
}
