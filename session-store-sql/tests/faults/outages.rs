//! A server that dies, or freezes, under load.

use std::time::Duration;

use session_core::{Loaded, Store, StoreError, Updated};
use tokio::time::{Instant, sleep};

use crate::support::chain;
use crate::support::engine::Engine;
use crate::support::load::Load;
use crate::support::server::Server;
use crate::support::session::{NOW, counting, create, found, new_key};
use crate::{LONGEST_CALL, LONGEST_RECOVERY, RESPONSE_TIMEOUT, SLACK, again, alone, settings};

on_each_engine! {
    what_was_acknowledged_survives_a_killed_server
    a_frozen_server_holds_nobody_up_past_the_limit
    an_update_that_a_frozen_server_answers_too_late_is_made_once
    a_server_that_is_gone_is_told_at_once
}

async fn what_was_acknowledged_survives_a_killed_server<E: Engine>() {
    let _turn = alone().await;
    let server = Server::<E>::start().await;
    let store = settings(&server).connect::<E>().await;
    let load = Load::start(&store, 16).await;
    server.kill().await;
    sleep(Duration::from_millis(300)).await;
    server.restart().await;
    let back = Instant::now();
    load.recover_since(back).await;
    let outcome = load.end().await;
    let recovery = outcome.recovery_since(back);
    println!("{} killed: {outcome}, all again after {recovery:?}", E::SERVICE);
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    // Whether a statement was under way is left to chance.
    assert!(outcome.refused > 0, "{outcome}");
    assert!(
        recovery < LONGEST_RECOVERY + outcome.longest_stall,
        "{recovery:?}: {outcome}"
    );
    outcome.assert_in_time(LONGEST_CALL);
}

async fn a_frozen_server_holds_nobody_up_past_the_limit<E: Engine>() {
    let _turn = alone().await;
    let server = Server::<E>::start().await;
    let store = settings(&server).connect::<E>().await;
    let load = Load::start(&store, 16).await;
    server.freeze().await;
    sleep(4 * RESPONSE_TIMEOUT).await;
    server.thaw();
    let back = Instant::now();
    load.recover_since(back).await;
    let outcome = load.end().await;
    let recovery = outcome.recovery_since(back);
    println!("{} frozen: {outcome}, all again after {recovery:?}", E::SERVICE);
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    assert!(outcome.refused > 0 && outcome.replies_lost > 0, "{outcome}");
    assert!(
        recovery < LONGEST_RECOVERY + outcome.longest_stall,
        "{recovery:?}: {outcome}"
    );
    outcome.assert_in_time(LONGEST_CALL);
}

async fn an_update_that_a_frozen_server_answers_too_late_is_made_once<E: Engine>() {
    let server = Server::<E>::start().await;
    let store = settings(&server).connect::<E>().await;
    let (first, second) = (counting(0), counting(1));
    let key = create(&store, &first).await;
    // The statement is known to the connection then, so that the next one is made by its first sending.
    let updated = store.update(&key, &second, first.revision, NOW).await.unwrap();
    assert_eq!(updated, Updated::Applied);
    server.freeze().await;
    let (begin, third) = (Instant::now(), counting(2));
    let lost = store.update(&key, &third, second.revision, NOW).await.unwrap_err();
    assert!(matches!(lost, StoreError::ReplyLost(_)), "{lost:?}");
    assert!(chain(&lost).contains("did not answer within 1s"), "{}", chain(&lost));
    assert!(begin.elapsed() >= RESPONSE_TIMEOUT, "{:?}", begin.elapsed());
    server.thaw();
    let resent = again(async || store.update(&key, &third, second.revision, NOW).await).await;
    // It was made by the first sending or by the second.
    assert!(
        resent == Updated::Applied || resent == Updated::Conflict(third.clone()),
        "{resent:?}"
    );
    assert_eq!(found(&store, &key).await, third);
}

/// Nothing was done, for there is nobody who could.
async fn a_server_that_is_gone_is_told_at_once<E: Engine>() {
    let server = Server::<E>::start().await;
    let store = settings(&server).connect::<E>().await;
    let key = create(&store, &counting(0)).await;
    server.kill().await;
    // What was open is used up.
    drop(store.load(&key, NOW).await.unwrap_err());
    let begin = Instant::now();
    let unreachable = store.create(&new_key(), &counting(0), None, NOW).await.unwrap_err();
    assert!(matches!(unreachable, StoreError::Unavailable(_)), "{unreachable:?}");
    assert!(chain(&unreachable).contains("refused"), "{}", chain(&unreachable));
    assert!(begin.elapsed() < SLACK, "{:?}", begin.elapsed());
    server.restart().await;
    let there = again(async || store.load(&key, NOW).await).await;
    assert!(matches!(there, Loaded::Found(_)), "{there:?}");
}
