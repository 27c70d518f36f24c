//! Masters that die or freeze under the eyes of Sentinels.

use std::time::Duration;

use session_core::{Deleted, Loaded, Store as _, StoreError, Updated};
use session_store_redis::RedisStore;
use tokio::time::{Instant, sleep};

use crate::support::connect;
use crate::support::load::{Load, Outcome};
use crate::support::patience::wait_until;
use crate::support::sentinel::Watched;
use crate::support::server::Server;
use crate::support::session::{NOW, counting, create, found, new_key};
use crate::{CONNECT_TIMEOUT, LONGEST_CALL, LONGEST_RECOVERY, alone, builder, store};

/// A store that believes what one of the two replicas has.
async fn careful_store(watched: &Watched) -> RedisStore {
    store_that_waits_for(1, watched).await
}

/// A store that believes what so many replicas have, once they acknowledge: those that have just started do so late.
async fn store_that_waits_for(replicas: u32, watched: &Watched) -> RedisStore {
    let store = connect(builder(watched.url()).wait_for_replicas(replicas, Duration::from_millis(300))).await;
    wait_until("the replicas acknowledge", async || {
        store.create(&new_key(), &counting(0), None, NOW).await.is_ok()
    })
    .await;
    store
}

/// A store that waits for no replica, once they have what is written: those that have just started have nothing yet.
async fn careless_store(watched: &Watched) -> RedisStore {
    drop(store_that_waits_for(2, watched).await);
    store(watched.url()).await
}

/// Waits until another server than `before` is the master, and says how long that took.
async fn failover(watched: &Watched, before: usize) -> Duration {
    let failure = Instant::now();
    wait_until("there is another master", async || watched.master().await != before).await;
    failure.elapsed()
}

/// Writers go on while the replicas hear nothing more from the master, and then the master is killed.
async fn kill_master(watched: &mut Watched, store: &RedisStore, name: &str) -> Outcome {
    let load = Load::start(store, 16).await;
    let before = watched.master().await;
    watched.cut_replicas_off(before, true).await;
    // Longer than writers wait for replicas.
    sleep(Duration::from_millis(700)).await;
    let failure = Instant::now();
    watched.servers[before].kill();
    watched.cut_replicas_off(before, false).await;
    let switched = failover(watched, before).await;
    load.recover_since(failure + switched).await;
    let outcome = load.end().await;
    let recovery = outcome.recovery_since(failure);
    println!("{name}, master killed: {outcome}, another master after {switched:?}, all again after {recovery:?}");
    outcome.assert_honest();
    assert!(
        recovery < switched + LONGEST_RECOVERY + outcome.longest_stall,
        "{recovery:?}: {outcome}"
    );
    // A Sentinel is asked before the master is.
    outcome.assert_in_time(LONGEST_CALL + CONNECT_TIMEOUT);
    outcome
}

/// Writers go on while the master freezes, and when it thaws and does not know yet that it is not the master any more.
async fn freeze_master(watched: &Watched, store: &RedisStore, name: &str) -> Outcome {
    let load = Load::start(store, 16).await;
    let before = watched.master().await;
    let failure = Instant::now();
    watched.servers[before].freeze().await;
    let switched = failover(watched, before).await;
    load.recover_since(failure + switched).await;
    watched.servers[before].thaw();
    sleep(Duration::from_secs(1)).await;
    watched.servers[before]
        .says("role:slave", &["INFO", "replication"])
        .await;
    let outcome = load.end().await;
    let recovery = outcome.recovery_since(failure);
    println!("{name}, master frozen: {outcome}, another master after {switched:?}, all again after {recovery:?}");
    outcome.assert_honest();
    assert!(
        recovery < switched + LONGEST_RECOVERY + outcome.longest_stall,
        "{recovery:?}: {outcome}"
    );
    outcome.assert_in_time(LONGEST_CALL + CONNECT_TIMEOUT);
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_the_master_had_is_lost_with_it() {
    let _turn = alone().await;
    let mut watched = Watched::start().await;
    let store = careless_store(&watched).await;
    // This is not what is wished for, but what there is to be had without waiting; and losses are seen here.
    let outcome = kill_master(&mut watched, &store, "without waiting for replicas").await;
    assert!(outcome.lost > 0, "{outcome}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_replica_has_acknowledged_survives_the_master() {
    let _turn = alone().await;
    let mut watched = Watched::start().await;
    let store = careful_store(&watched).await;
    let outcome = kill_master(&mut watched, &store, "waiting for a replica").await;
    outcome.assert_nothing_lost();
}

/// As operators do before they take a machine away. The old master goes on taking writes until it hears that it is none, and
/// so do those replicas that have not heard yet: only the one that was promoted does not acknowledge them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_all_replicas_have_acknowledged_survives_a_failover_that_was_ordered() {
    let _turn = alone().await;
    let watched = Watched::start().await;
    let store = store_that_waits_for(2, &watched).await;
    let load = Load::start(&store, 16).await;
    let before = watched.master().await;
    let failure = Instant::now();
    watched.sentinels[0].tell(&["SENTINEL", "FAILOVER", "shop"]).await;
    let switched = failover(&watched, before).await;
    watched.servers[before]
        .says("role:slave", &["INFO", "replication"])
        .await;
    load.recover_since(Instant::now()).await;
    let outcome = load.end().await;
    let recovery = outcome.recovery_since(failure + switched);
    println!("failover ordered: {outcome}, another master after {switched:?}, all again {recovery:?} later");
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    outcome.assert_in_time(LONGEST_CALL + CONNECT_TIMEOUT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_master_is_left_for_good() {
    let _turn = alone().await;
    let watched = Watched::start().await;
    let store = careless_store(&watched).await;
    freeze_master(&watched, &store, "without waiting for replicas").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_replica_has_acknowledged_survives_a_frozen_master() {
    let _turn = alone().await;
    let watched = Watched::start().await;
    let store = careful_store(&watched).await;
    let outcome = freeze_master(&watched, &store, "waiting for a replica").await;
    outcome.assert_nothing_lost();
}

/// Nothing fails here that could tell the store: it has to hear of the failover.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_was_idle_during_a_failover_does_not_write_to_the_old_master() {
    let _turn = alone().await;
    let watched = Watched::start().await;
    let store = careless_store(&watched).await;
    let (first, ended) = (counting(0), counting(0));
    let key = create(&store, &first).await;
    let ended = create(&store, &ended).await;
    sleep(Duration::from_millis(500)).await;
    let before = watched.master().await;
    watched.servers[before].freeze().await;
    failover(&watched, before).await;
    // The Sentinels tell all at the same moment, but not all hear it at the same.
    sleep(Duration::from_millis(500)).await;
    watched.servers[before].thaw();
    let second = counting(1);
    let update = store.update(&key, &second, first.revision, NOW).await.unwrap();
    assert_eq!(update, Updated::Applied);
    assert_eq!(store.delete(&ended, NOW).await.unwrap(), Deleted::Deleted);
    watched.servers[before]
        .says("role:slave", &["INFO", "replication"])
        .await;
    watched.servers[before]
        .says("master_link_status:up", &["INFO", "replication"])
        .await;
    assert_eq!(found(&store, &key).await, second);
    assert_eq!(store.load(&ended, NOW).await.unwrap(), Loaded::Absent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentinels_that_are_frozen_or_dead_leave_a_store_that_is_connected_alone() {
    let _turn = alone().await;
    let mut watched = Watched::start().await;
    let store = careless_store(&watched).await;
    let load = Load::start(&store, 8).await;
    watched.sentinels[0].freeze().await;
    watched.sentinels[1].kill();
    watched.sentinels[2].kill();
    sleep(Duration::from_secs(1)).await;
    let outcome = load.end().await;
    println!("no Sentinels: {outcome}");
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    assert_eq!((outcome.refused, outcome.replies_lost), (0, 0), "{outcome}");
    // One that comes later waits no longer than it has to.
    let begin = Instant::now();
    let late = builder(watched.url()).connect().await.unwrap_err();
    println!("connecting without Sentinels: {:?}, {late}", begin.elapsed());
    assert!(begin.elapsed() < LONGEST_CALL, "{:?}", begin.elapsed());
}

/// Each write waits in vain, but nobody else does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_replicas_keep_nobody_from_reading() {
    let _turn = alone().await;
    let server = Server::start().await;
    let wait = Duration::from_millis(300);
    let store = connect(builder(server.url()).wait_for_replicas(1, wait)).await;
    let (key, record) = (new_key(), counting(0));
    let created = store.create(&key, &record, None, NOW).await;
    assert!(matches!(created, Err(StoreError::ReplyLost(_))), "{created:?}");
    let mut writers = Vec::new();
    for _ in 0..16 {
        let store = store.clone();
        writers.push(tokio::spawn(async move {
            let mut answers = Vec::new();
            for _ in 0..3 {
                answers.push(store.create(&new_key(), &counting(0), None, NOW).await);
            }
            answers
        }));
    }
    let (mut reads, mut failed, mut longest) = (0, 0, Duration::ZERO);
    while writers.iter().any(|writer| !writer.is_finished()) {
        let begin = Instant::now();
        reads += 1;
        failed += u32::from(store.load(&key, NOW).await.is_err());
        longest = longest.max(begin.elapsed());
        sleep(Duration::from_millis(5)).await;
    }
    let mut lost = 0;
    for writer in writers {
        for answer in writer.await.unwrap() {
            lost += u32::from(matches!(answer, Err(StoreError::ReplyLost(_))));
        }
    }
    println!("no replicas: {reads} reads, {failed} failed, longest {longest:?}; {lost} of 48 writes may not last");
    assert_eq!((failed, lost), (0, 48));
}
