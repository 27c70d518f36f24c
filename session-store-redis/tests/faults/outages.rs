//! One server that dies, freezes, forgets, or answers late or never.

use std::time::Duration;

use redis::Value;
use session_core::{Loaded, Record, Store as _, StoreError, StoreKey, Updated};
use session_store_redis::RedisStore;
use tokio::time::{Instant, sleep};

use crate::support::chain;
use crate::support::load::Load;
use crate::support::patience::{PATIENCE, again_within};
use crate::support::proxy::{Late, Proxy};
use crate::support::server::Server;
use crate::support::session::{NOW, count_of, counting, create, found, new_key};
use crate::{CONNECT_TIMEOUT, LONGEST_CALL, LONGEST_RECOVERY, RESPONSE_TIMEOUT, alone, builder, store};

/// How long calls that fail take, from the shortest to the longest.
async fn latencies_of_errors(store: &RedisStore) -> Vec<Duration> {
    let (mut latencies, begun) = (Vec::new(), Instant::now());
    for _ in 0..100 {
        assert!(begun.elapsed() < PATIENCE, "{latencies:?}");
        let begin = Instant::now();
        let answer = store.load(&new_key(), NOW).await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        latencies.push(begin.elapsed());
        sleep(Duration::from_millis(10)).await;
    }
    latencies.sort_unstable();
    latencies
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_killed_server() {
    let _turn = alone().await;
    let mut server = Server::start_durable().await;
    let store = store(server.url()).await;
    let load = Load::start(&store, 16).await;
    server.kill();
    sleep(Duration::from_millis(100)).await;
    let latencies = latencies_of_errors(&store).await;
    assert!(latencies[50] < Duration::from_millis(10), "{:?}", latencies[50]);
    server.restart().await;
    let back = Instant::now();
    load.recover_since(back).await;
    let outcome = load.end().await;
    let recovery = outcome.recovery_since(back);
    println!(
        "killed: {outcome}, all again after {recovery:?}, median error {:?}",
        latencies[50]
    );
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    assert!(
        recovery < LONGEST_RECOVERY + outcome.longest_stall,
        "{recovery:?}: {outcome}"
    );
    outcome.assert_in_time(LONGEST_CALL);
    assert!(outcome.refused > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_holds_nobody_up_past_the_limits() {
    let _turn = alone().await;
    let server = Server::start().await;
    let store = store(server.url()).await;
    let load = Load::start(&store, 16).await;
    server.freeze().await;
    let frozen = Instant::now();
    // The first ones wait for their answers.
    sleep(RESPONSE_TIMEOUT + CONNECT_TIMEOUT).await;
    let latencies = latencies_of_errors(&store).await;
    sleep(Duration::from_secs(10).saturating_sub(frozen.elapsed())).await;
    server.thaw();
    let back = Instant::now();
    load.recover_since(back).await;
    let outcome = load.end().await;
    let recovery = outcome.recovery_since(back);
    println!(
        "frozen: {outcome}, all again after {recovery:?}, median error {:?}, longest {:?}",
        latencies[50], latencies[99]
    );
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    assert!(latencies[50] < Duration::from_millis(10), "{:?}", latencies[50]);
    assert!(
        recovery < LONGEST_RECOVERY + outcome.longest_stall,
        "{recovery:?}: {outcome}"
    );
    outcome.assert_in_time(LONGEST_CALL);
    assert!(outcome.replies_lost > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_one_call_waits_to_see_whether_a_frozen_server_is_back() {
    let _turn = alone().await;
    let server = Server::start().await;
    let store = store(server.url()).await;
    let key = create(&store, &counting(0)).await;
    server.freeze().await;
    let first = store.load(&key, NOW).await;
    assert!(matches!(first, Err(StoreError::Unavailable(_))), "{first:?}");
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let begin = Instant::now();
                (store.load(&key, NOW).await, begin.elapsed())
            })
        })
        .collect();
    let mut waited = 0;
    for call in calls {
        let (answer, took) = call.await.unwrap();
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        waited += u32::from(took > CONNECT_TIMEOUT / 2);
    }
    assert!(waited <= 1, "{waited} calls waited");
    // One after the other, so that nobody else tries: the pauses between attempts are felt.
    let latencies = latencies_of_errors(&store).await;
    assert!(latencies[50] < Duration::from_millis(10), "{:?}", latencies[50]);
}

#[tokio::test]
async fn an_update_that_a_frozen_server_answers_too_late_is_made_once() {
    let server = Server::start().await;
    let store = store(server.url()).await;
    let (key, first) = updated_session(&store).await;
    server.freeze().await;
    let second = counting(2);
    let lost = store.update(&key, &second, first.revision, NOW).await;
    assert!(matches!(lost, Err(StoreError::ReplyLost(_))), "{lost:?}");
    server.thaw();
    let resent = again(async || store.update(&key, &second, first.revision, NOW).await).await;
    // The first sending was read by the server before the second.
    assert_eq!(resent, Updated::Conflict(second.clone()));
    assert_eq!(found(&store, &key).await, second);
}

/// A session on a server that knows the script of updates by now, so that the next one is made by its first sending.
async fn updated_session(store: &RedisStore) -> (StoreKey, Record) {
    let (created, record) = (counting(0), counting(1));
    let key = create(store, &created).await;
    let update = store.update(&key, &record, created.revision, NOW).await.unwrap();
    assert_eq!(update, Updated::Applied);
    (key, record)
}

/// The first answer that is not an error, of one that comes soon.
async fn again<T>(call: impl AsyncFn() -> Result<T, StoreError>) -> T {
    again_within(LONGEST_RECOVERY, call).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_forgets_its_scripts_is_told_again() {
    let server = Server::start().await;
    let store = store(server.url()).await;
    let load = Load::start(&store, 8).await;
    for _ in 0..20 {
        server.tell(&["SCRIPT", "FLUSH"]).await;
        sleep(Duration::from_millis(20)).await;
    }
    let outcome = load.end().await;
    println!("scripts forgotten 20 times: {outcome}");
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    assert_eq!((outcome.refused, outcome.replies_lost), (0, 0), "{outcome}");
}

#[tokio::test]
async fn a_server_that_comes_back_empty_is_used_as_it_is() {
    let mut server = Server::start().await;
    let store = store(server.url()).await;
    let record = counting(0);
    let key = create(&store, &record).await;
    server.kill();
    server.restart().await;
    let update = again(async || store.update(&key, &counting(1), record.revision, NOW).await).await;
    assert_eq!(update, Updated::Gone);
    let key = create(&store, &record).await;
    let update = store.update(&key, &counting(1), record.revision, NOW).await.unwrap();
    assert_eq!(update, Updated::Applied);
}

#[tokio::test]
async fn a_slow_server_is_waited_for_until_the_limit() {
    let server = Server::start().await;
    let proxy = Proxy::before(&server).await;
    let store = store(proxy.url()).await;
    let record = counting(0);
    let key = create(&store, &record).await;
    proxy.delay(Late::Everything(RESPONSE_TIMEOUT / 2));
    assert_eq!(found(&store, &key).await, record);
    proxy.delay(Late::Everything(RESPONSE_TIMEOUT * 10));
    let begin = Instant::now();
    let late = store
        .update(&key, &counting(1), record.revision, NOW)
        .await
        .unwrap_err();
    assert!(matches!(late, StoreError::ReplyLost(_)), "{late:?}");
    assert!(chain(&late).contains("did not answer within 1s"), "{}", chain(&late));
    let took = begin.elapsed();
    assert!(took >= RESPONSE_TIMEOUT && took < LONGEST_CALL, "{took:?}");
}

#[tokio::test]
async fn a_pause_of_all_clients_ends_in_an_answer_or_at_the_limit() {
    let server = Server::start().await;
    let store = store(server.url()).await;
    let key = create(&store, &counting(0)).await;
    server.tell(&["CLIENT", "PAUSE", "300", "ALL"]).await;
    found(&store, &key).await;
    server.tell(&["CLIENT", "PAUSE", "2000", "ALL"]).await;
    let begin = Instant::now();
    let late = store.load(&key, NOW).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    assert!(begin.elapsed() < LONGEST_CALL, "{:?}", begin.elapsed());
    let there = again(async || store.load(&key, NOW).await).await;
    assert!(matches!(there, Loaded::Found(_)), "{there:?}");
}

#[tokio::test]
async fn a_write_whose_answer_is_cut_off_may_have_happened() {
    let server = Server::start().await;
    let proxy = Proxy::before(&server).await;
    let store = store(proxy.url()).await;
    let (key, record) = updated_session(&store).await;
    proxy.cut_answers(true);
    let next = counting(2);
    let lost = store.update(&key, &next, record.revision, NOW).await;
    assert!(matches!(lost, Err(StoreError::ReplyLost(_))), "{lost:?}");
    proxy.cut_answers(false);
    let resent = again(async || store.update(&key, &next, record.revision, NOW).await).await;
    assert_eq!(resent, Updated::Conflict(next));

    proxy.cut_answers(true);
    let (created, record) = (new_key(), counting(0));
    let lost = store.create(&created, &record, None, NOW).await;
    assert!(matches!(lost, Err(StoreError::ReplyLost(_))), "{lost:?}");
    proxy.cut_answers(false);
    let there = again(async || store.load(&created, NOW).await).await;
    assert_eq!(there, Loaded::Found(record));

    proxy.cut_answers(true);
    let lost = store.load(&key, NOW).await;
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");
    let unreachable = store.delete(&key, NOW).await;
    assert!(
        matches!(unreachable, Err(StoreError::Unavailable(_))),
        "{unreachable:?}"
    );
    proxy.cut_answers(false);
    let there = again(async || store.load(&key, NOW).await).await;
    assert!(matches!(there, Loaded::Found(record) if count_of(&record) == 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_the_server_closes_while_idle_cost_nothing() {
    let server = Server::start().await;
    let store = store(server.url()).await;
    let key = create(&store, &counting(0)).await;
    for _ in 0..20 {
        server.ask::<Value>(&["CLIENT", "KILL", "TYPE", "normal"]).await;
        // The end has to arrive before the next command is sent; what crosses it on the way is lost.
        sleep(Duration::from_millis(50)).await;
        found(&store, &key).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_closed_under_load_lose_only_what_was_on_its_way() {
    let server = Server::start().await;
    let store = store(server.url()).await;
    let load = Load::start(&store, 8).await;
    for _ in 0..20 {
        server.ask::<Value>(&["CLIENT", "KILL", "TYPE", "normal"]).await;
        sleep(Duration::from_millis(20)).await;
    }
    let outcome = load.end().await;
    println!("connections closed 20 times: {outcome}");
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    // There are 12 writers.
    assert!(outcome.refused + outcome.replies_lost <= 20 * 12, "{outcome}");
}

#[tokio::test]
async fn a_near_cache_serves_a_frozen_servers_sessions_no_longer_than_it_may() {
    let server = Server::start().await;
    let staleness = Duration::from_millis(400);
    let settings = session_store_redis::NearCacheSettings::new().max_staleness(staleness);
    let store = builder(server.url()).near_cache(settings).connect().await.unwrap();
    let key = create(&store, &counting(0)).await;
    found(&store, &key).await;
    server.freeze().await;
    let frozen = Instant::now();
    found(&store, &key).await;
    // It began within the time, so nothing that is served later may come from the memory.
    sleep(staleness + staleness / 2).await;
    let late = store.load(&key, NOW).await;
    assert!(
        matches!(late, Err(StoreError::Unavailable(_))),
        "{late:?} after {:?}",
        frozen.elapsed()
    );
    server.thaw();
    let there = again(async || store.load(&key, NOW).await).await;
    assert!(matches!(there, Loaded::Found(_)), "{there:?}");
}
