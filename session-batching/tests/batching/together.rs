//! Callers who wait, and travel together.

use session_batching::MOST_BYTES;
use session_core::{Loaded, Moment, Updated};
use tokio::spawn;

use crate::model::Sent;
use crate::{END, NOW, key, lanes, one_lane, record, settle, update};

#[tokio::test]
async fn each_is_answered_what_it_asked() {
    let (model, batching) = one_lane();
    model.insert(key(1), record(1));
    model.put(key(2), END, Loaded::Moved(key(9)));
    let mut waiting = Vec::new();
    for number in [0, 2, 3, 1] {
        let batching = batching.clone();
        waiting.push(spawn(async move { batching.load(&key(number), NOW).await.unwrap() }));
        settle().await;
    }
    model.open();
    let mut answers = Vec::new();
    for caller in waiting {
        answers.push(caller.await.unwrap());
    }
    let expected = [
        Loaded::Absent,
        Loaded::Moved(key(9)),
        Loaded::Absent,
        Loaded::Found(record(1)),
    ];
    assert_eq!(answers, expected);
    assert_eq!(
        model.sent(),
        [Sent::Load(key(0)), Sent::LoadSeveral(vec![key(1), key(2), key(3)])]
    );
}

#[tokio::test]
async fn many_who_load_one_session_ask_for_it_once() {
    let (model, batching) = one_lane();
    model.insert(key(1), record(1));
    let mut waiting = Vec::new();
    for _ in 0..4 {
        let batching = batching.clone();
        waiting.push(spawn(async move { batching.load(&key(1), NOW).await.unwrap() }));
        settle().await;
    }
    model.open();
    for caller in waiting {
        assert_eq!(caller.await.unwrap(), Loaded::Found(record(1)));
    }
    assert_eq!(model.sent(), [Sent::Load(key(1)), Sent::LoadSeveral(vec![key(1)])]);
}

/// Callers of one batch have read their clocks at different moments.
#[tokio::test]
async fn each_sees_the_end_by_its_own_clock() {
    let (model, batching) = one_lane();
    model.insert(key(1), record(1));
    model.put(key(2), END, Loaded::Moved(key(9)));
    let mut waiting = Vec::new();
    for (number, now) in [(0, NOW), (1, END), (1, NOW), (2, END), (2, NOW)] {
        let batching = batching.clone();
        waiting.push(spawn(async move { batching.load(&key(number), now).await.unwrap() }));
        settle().await;
    }
    model.open();
    let mut answers = Vec::new();
    for caller in waiting {
        answers.push(caller.await.unwrap());
    }
    let (found, moved) = (Loaded::Found(record(1)), Loaded::Moved(key(9)));
    assert_eq!(answers, [Loaded::Absent, Loaded::Absent, found, Loaded::Absent, moved]);
}

#[tokio::test]
async fn each_update_is_a_compare_and_swap_of_its_own() {
    let (model, batching) = one_lane();
    for number in 1..4 {
        model.insert(key(number), record(7));
    }
    model.put(key(4), END, Loaded::Moved(key(9)));
    let mut late = update(3, 7);
    late.now = Moment::MAX;
    let mut waiting = Vec::new();
    for update in [
        update(0, 1),
        update(5, 7),
        update(4, 7),
        late,
        update(2, 6),
        update(1, 7),
    ] {
        let batching = batching.clone();
        waiting.push(spawn(async move { batching.update(update).await.unwrap() }));
        settle().await;
    }
    model.open();
    let mut answers = Vec::new();
    for caller in waiting {
        answers.push(caller.await.unwrap());
    }
    let expected = [
        Updated::Gone,
        Updated::Gone,
        Updated::Moved(key(9)),
        Updated::Gone,
        Updated::Conflict(record(7)),
        Updated::Applied,
    ];
    assert_eq!(answers, expected);
    assert_eq!(model.get(&key(1)), Loaded::Found(record(8)));
    assert_eq!(model.get(&key(3)), Loaded::Found(record(7)));
    let sent = [
        Sent::Update(key(0)),
        Sent::UpdateSeveral([1, 2, 3, 4, 5].map(key).to_vec()),
        // One statement says why to all of the others.
        Sent::LoadSeveral([2, 3, 4, 5].map(key).to_vec()),
    ];
    assert_eq!(model.sent(), sent);
}

#[tokio::test]
async fn updates_of_one_session_go_in_their_order_one_at_a_time() {
    let (model, batching) = lanes(4..=4);
    model.insert(key(1), record(0));
    let mut waiting = Vec::new();
    for revision in 0..6 {
        let batching = batching.clone();
        waiting.push(spawn(
            async move { batching.update(update(1, revision)).await.unwrap() },
        ));
        settle().await;
    }
    // The others have lanes, and do not wait behind them.
    let other = spawn({
        let batching = batching.clone();
        async move { batching.update(update(2, 0)).await }
    });
    settle().await;
    assert_eq!(model.sent(), [Sent::Update(key(1)), Sent::Update(key(2))]);
    model.open();
    for caller in waiting {
        assert_eq!(caller.await.unwrap(), Updated::Applied);
    }
    assert!(other.await.unwrap().is_ok());
    assert_eq!(model.get(&key(1)), Loaded::Found(record(6)));
}

/// Also where a batch is full before all who wait were looked at.
#[tokio::test]
async fn who_was_passed_over_is_before_those_who_came_later() {
    let (model, batching) = lanes(2..=2);
    model.insert(key(1), record(0));
    let large = |number| {
        let mut update = update(number, 0);
        update.record.payload = vec![0; MOST_BYTES * 3 / 4].into();
        update
    };
    let mut waiting = Vec::new();
    for update in [
        update(4, 0),
        update(1, 0),
        update(1, 1),
        large(2),
        large(3),
        update(1, 2),
    ] {
        let (batching, key) = (batching.clone(), update.key);
        waiting.push((key, spawn(async move { batching.update(update).await.unwrap() })));
        settle().await;
    }
    // The lane of the fourth takes the second, and not the first, which is under way.
    model.let_through(1);
    settle().await;
    model.open();
    for (of, caller) in waiting {
        let updated = caller.await.unwrap();
        assert_eq!(updated == Updated::Applied, of == key(1), "{updated:?}");
    }
    assert_eq!(model.get(&key(1)), Loaded::Found(record(3)));
}
