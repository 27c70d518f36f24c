//! How much travels together, and how much waits.

use session_batching::{MOST_BYTES, MOST_TOGETHER, MOST_WAITING};
use session_core::{StoreError, StoreKey};
use tokio::spawn;
use tokio::time::advance;

use crate::model::Sent;
use crate::{LIMIT, NOW, key, one_lane, record, settle, update};

fn numbered(number: usize) -> StoreKey {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    StoreKey::from_bytes(bytes)
}

fn keys(sent: &Sent) -> usize {
    match sent {
        Sent::Load(_) | Sent::Update(_) => 1,
        Sent::LoadSeveral(keys) | Sent::UpdateSeveral(keys) => keys.len(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_and_a_line_have_an_end() {
    let (model, batching) = one_lane();
    let (waiting, beyond) = (MOST_WAITING, 10);
    let mut callers = Vec::new();
    for number in 0..1 + waiting + beyond {
        let batching = batching.clone();
        callers.push(spawn(async move { batching.load(&numbered(number), NOW).await }));
    }
    settle().await;
    for _ in 0..2 + waiting / MOST_TOGETHER {
        model.let_through(1);
        settle().await;
    }
    let sent: Vec<usize> = model.sent().iter().map(keys).collect();
    assert_eq!(sent[0], 1);
    // Who was beyond the line's end came into it when others had left it.
    assert!(sent[1..].iter().all(|keys| *keys <= MOST_TOGETHER), "{sent:?}");
    assert_eq!(sent.iter().sum::<usize>(), callers.len());
    assert_eq!(model.most_at_once(), 1);
    for caller in callers {
        assert!(caller.await.unwrap().is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn who_never_comes_into_the_line_is_told_in_time() {
    let (model, batching) = one_lane();
    let mut callers = Vec::new();
    for number in 0..1 + MOST_WAITING + 5 {
        let batching = batching.clone();
        callers.push(spawn(async move { batching.load(&numbered(number), NOW).await }));
    }
    settle().await;
    advance(LIMIT).await;
    settle().await;
    for caller in callers.drain(1..) {
        assert!(matches!(caller.await.unwrap(), Err(StoreError::Unavailable(_))));
    }
    assert_eq!(model.sent().len(), 1);
}

#[tokio::test]
async fn large_payloads_travel_in_smaller_batches() {
    let (model, batching) = one_lane();
    for number in 0..4 {
        model.insert(key(number), record(1));
        let batching = batching.clone();
        let mut update = update(number, 1);
        update.record.payload = vec![0; MOST_BYTES * 2 / 5].into();
        spawn(async move { batching.update(update).await });
        settle().await;
    }
    model.open();
    settle().await;
    assert_eq!(
        model.sent(),
        [
            Sent::Update(key(0)),
            Sent::UpdateSeveral(vec![key(1), key(2)]),
            Sent::Update(key(3))
        ]
    );
}
