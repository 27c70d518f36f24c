//! One server that dies, or freezes, under load.

use std::sync::Arc;

use session_core::{Loaded, Store, StoreError, StoreKey, Updated};
use tokio::time::{Instant, sleep};

use crate::support::chain;
use crate::support::load::Load;
use crate::support::patience::again;
use crate::support::server::Alone;
use crate::support::session::{NOW, counting, create, found, new_key};
use crate::{LONGEST_CALL, LONGEST_RECOVERY, RESPONSE_TIMEOUT, SLACK, alone, store};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_killed_server() {
    let _turn = alone().await;
    let server = Alone::start().await;
    let store = store(server.url()).await;
    let load = Load::start(&store, 16).await;
    server.kill().await;
    sleep(RESPONSE_TIMEOUT / 2).await;
    server.restart().await;
    let back = Instant::now();
    load.recover_since(back).await;
    let outcome = load.end().await;
    let recovery = outcome.recovery_since(back);
    println!("killed: {outcome}, all again after {recovery:?}");
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    assert!(outcome.refused + outcome.replies_lost > 0, "{outcome}");
    assert!(
        recovery < LONGEST_RECOVERY + outcome.longest_stall,
        "{recovery:?}: {outcome}"
    );
    outcome.assert_in_time(LONGEST_CALL);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_holds_nobody_up_past_the_limit() {
    let _turn = alone().await;
    let server = Alone::start().await;
    let store = store(server.url()).await;
    let load = Load::start(&store, 16).await;
    server.freeze().await;
    sleep(4 * RESPONSE_TIMEOUT).await;
    server.thaw();
    let back = Instant::now();
    load.recover_since(back).await;
    let outcome = load.end().await;
    let recovery = outcome.recovery_since(back);
    println!("frozen: {outcome}, all again after {recovery:?}");
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    assert!(outcome.replies_lost > 0, "{outcome}");
    assert!(
        recovery < LONGEST_RECOVERY + outcome.longest_stall,
        "{recovery:?}: {outcome}"
    );
    outcome.assert_in_time(LONGEST_CALL);
}

/// Of its own accord the driver opens two connections at a time, and it keeps the places of those who waited for theirs in vain.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_for_whom_a_frozen_server_opened_no_connection_hold_up_nobody_later() {
    let _turn = alone().await;
    let server = Alone::start().await;
    let store = store(server.url()).await;
    let key = create(&store, &counting(0)).await;
    server.freeze().await;
    let calls: Vec<_> = (0..32).map(|_| tokio::spawn(load(&store, key))).collect();
    for call in calls {
        drop(call.await.unwrap().unwrap_err());
    }
    server.thaw();
    let back = Instant::now();
    let there = again(async || load(&store, key).await).await;
    let recovery = back.elapsed();
    assert!(matches!(there, Loaded::Found(_)), "{there:?}");
    assert!(recovery < LONGEST_RECOVERY, "{recovery:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_that_a_frozen_server_answers_too_late_is_made_once() {
    let server = Alone::start().await;
    let store = store(server.url()).await;
    let (first, second) = (counting(0), counting(1));
    let key = create(&store, &first).await;
    server.freeze().await;
    let begin = Instant::now();
    let lost = store.update(&key, &second, first.revision, NOW).await.unwrap_err();
    assert!(matches!(lost, StoreError::ReplyLost(_)), "{lost:?}");
    assert!(chain(&lost).contains("did not answer within 1s"), "{}", chain(&lost));
    assert!(begin.elapsed() >= RESPONSE_TIMEOUT, "{:?}", begin.elapsed());
    server.thaw();
    let resent = again(async || store.update(&key, &second, first.revision, NOW).await).await;
    // It was made by the first sending or by the second.
    assert!(
        resent == Updated::Applied || resent == Updated::Conflict(second.clone()),
        "{resent:?}"
    );
    assert_eq!(found(&store, &key).await, second);
}

/// Nothing was done, for there is nobody who could.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_gone_is_told_in_time() {
    let server = Alone::start().await;
    let store = store(server.url()).await;
    let key = create(&store, &counting(0)).await;
    server.kill().await;
    // What was open is used up.
    drop(store.load(&key, NOW).await.unwrap_err());
    let begin = Instant::now();
    let unreachable = store.create(&new_key(), &counting(0), None, NOW).await.unwrap_err();
    assert!(matches!(unreachable, StoreError::Unavailable(_)), "{unreachable:?}");
    assert!(chain(&unreachable).contains("refused"), "{}", chain(&unreachable));
    assert!(begin.elapsed() < RESPONSE_TIMEOUT + SLACK, "{:?}", begin.elapsed());
    server.restart().await;
    let there = again(async || store.load(&key, NOW).await).await;
    assert!(matches!(there, Loaded::Found(_)), "{there:?}");
}

fn load(store: &Arc<dyn Store>, key: StoreKey) -> impl Future<Output = Result<Loaded, StoreError>> + use<> {
    let store = Arc::clone(store);
    async move { store.load(&key, NOW).await }
}
