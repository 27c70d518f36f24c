//! A cluster whose masters die and freeze, and whose slots move.

use std::time::Duration;

use crc16::{State, XMODEM};
use redis::cluster::ClusterClientBuilder;
use redis::{RedisResult, Value};
use session_core::{Created, Record, Store as _, StoreKey};
use session_store_redis::RedisStore;
use tokio::time::{Instant, sleep};

use crate::support::cluster::Cluster;
use crate::support::connect;
use crate::support::load::{Load, Outcome};
use crate::support::patience::wait_until;
use crate::support::server::Server;
use crate::support::session::{NOW, counting, new_key, place_of};
use crate::{CONNECT_TIMEOUT, LONGEST_CALL, LONGEST_RECOVERY, RESPONSE_TIMEOUT, alone, builder, store};

const PREFIX: &str = "session:";

fn slot_of(key: &StoreKey) -> u16 {
    State::<XMODEM>::calculate(place_of(PREFIX, key).as_bytes()) % 16_384
}

/// The first master loses its place.
async fn lose_master(
    cluster: &mut Cluster,
    store: &RedisStore,
    name: &str,
    lose: impl AsyncFnOnce(&mut Cluster),
) -> Outcome {
    let load = Load::start(store, 24).await;
    let failure = Instant::now();
    lose(cluster).await;
    wait_until("the replica is the master", async || {
        let role: RedisResult<String> = cluster.replicas[0].try_ask(&["INFO", "replication"]).await;
        role.is_ok_and(|role| role.contains("role:master"))
    })
    .await;
    let switched = failure.elapsed();
    load.recover_since(failure + switched).await;
    let outcome = load.end().await;
    let recovery = outcome.recovery_since(failure);
    println!("{name}: {outcome}, another master after {switched:?}, all again after {recovery:?}");
    outcome.assert_honest();
    assert!(
        recovery < switched + LONGEST_RECOVERY + outcome.longest_stall,
        "{recovery:?}: {outcome}"
    );
    // A call may look for another node when one has failed.
    outcome.assert_in_time(LONGEST_CALL + CONNECT_TIMEOUT);
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_is_replaced() {
    let _turn = alone().await;
    let mut cluster = Cluster::start_with_replicas(3).await;
    let store = store(cluster.url()).await;
    lose_master(&mut cluster, &store, "node killed", async |cluster| {
        cluster.masters[0].kill()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_node_is_left_for_good() {
    let _turn = alone().await;
    let mut cluster = Cluster::start_with_replicas(3).await;
    let store = store(cluster.url()).await;
    let freeze = async |cluster: &mut Cluster| {
        cluster.masters[0].freeze().await;
        sleep(Duration::from_secs(4)).await;
        cluster.masters[0].thaw();
    };
    lose_master(&mut cluster, &store, "node frozen", freeze).await;
}

/// While one node is frozen, the sessions of the others are read and written as ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_node_holds_up_its_own_sessions_only() {
    let _turn = alone().await;
    let cluster = Cluster::start_with_replicas(3).await;
    // Without its replica nobody takes its place.
    cluster.replicas[0].freeze().await;
    for node in &cluster.masters[1..] {
        node.tell(&["CONFIG", "SET", "cluster-require-full-coverage", "no"])
            .await;
    }
    let store = connect(builder(cluster.url()).prefix(PREFIX)).await;
    let others = sessions(&store, 16, |slot| slot > 5460).await;
    let its_own = sessions(&store, 8, |slot| slot <= 5460).await;
    let load = Load::counting(&store, others);
    let held_up = Load::counting(&store, its_own);
    sleep(Duration::from_millis(300)).await;
    cluster.masters[0].freeze().await;
    sleep(Duration::from_secs(4)).await;
    let outcome = load.stop().await;
    let held_up = held_up.stop().await;
    cluster.masters[0].thaw();
    let (outcome, held_up) = (outcome.judge().await, held_up.judge().await);
    println!(
        "other nodes' sessions: {outcome}\nits own: {held_up}, median error {:?}",
        held_up.median_error()
    );
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    assert_eq!((outcome.refused, outcome.replies_lost), (0, 0), "{outcome}");
    outcome.assert_in_time(CONNECT_TIMEOUT);
    held_up.assert_in_time(LONGEST_CALL + CONNECT_TIMEOUT);
    assert!(
        held_up.median_error() < Duration::from_millis(20),
        "{:?}",
        held_up.median_error()
    );
}

/// Sessions whose slots are such.
async fn sessions(store: &RedisStore, count: usize, is_such: impl Fn(u16) -> bool) -> Vec<(StoreKey, Record)> {
    let mut sessions = Vec::new();
    while sessions.len() < count {
        let (key, record) = (new_key(), counting(0));
        if is_such(slot_of(&key)) {
            assert_eq!(store.create(&key, &record, None, NOW).await.unwrap(), Created::Created);
            sessions.push((key, record));
        }
    }
    sessions
}

/// What clients were told, by all nodes.
async fn redirections(cluster: &Cluster) -> (u64, u64) {
    let (mut moved, mut asked) = (0, 0);
    for node in &cluster.masters {
        let errors: String = node.ask(&["INFO", "errorstats"]).await;
        let count = |kind: &str| {
            let prefix = format!("errorstat_{kind}:count=");
            let count = errors.lines().find_map(|line| line.strip_prefix(&prefix));
            count.map_or(0, |count| count.trim_end().parse::<u64>().unwrap())
        };
        moved += count("MOVED");
        asked += count("ASK");
    }
    (moved, asked)
}

async fn move_slots_under_load(name: &str, cluster: &Cluster, store: &RedisStore) {
    let (few, slots) = (8, 100..130);
    // Several in one slot, so that it is half moved for a while.
    let mut keys = Vec::new();
    for slot in slots.clone().step_by(5) {
        keys.extend(sessions(store, 3, |found| found == slot).await);
    }
    keys.extend(sessions(store, few, |slot| slots.contains(&slot)).await);
    let before = redirections(cluster).await;
    let load = Load::of(store, keys);
    sleep(Duration::from_millis(100)).await;
    for slot in slots {
        cluster.move_slot(slot, 0, 1).await;
    }
    sleep(Duration::from_millis(300)).await;
    let outcome = load.end().await;
    let after = redirections(cluster).await;
    let (moved, asked) = (after.0 - before.0, after.1 - before.1);
    println!("{name}, 30 slots moved: {outcome}, {moved} MOVED, {asked} ASK");
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    assert_eq!((outcome.refused, outcome.replies_lost), (0, 0), "{outcome}");
    assert!(moved > 0 && asked > 0, "{moved} MOVED, {asked} ASK");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slots_that_move_fail_no_call() {
    let _turn = alone().await;
    let cluster = Cluster::start_with_replicas(3).await;
    let store = connect(builder(cluster.url()).prefix(PREFIX)).await;
    move_slots_under_load("own connections", &cluster, &store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slots_that_move_fail_no_call_over_the_applications_connection() {
    let _turn = alone().await;
    let cluster = Cluster::start_with_replicas(3).await;
    let seeds: Vec<_> = cluster
        .masters
        .iter()
        .chain(&cluster.replicas)
        .map(Server::url)
        .collect();
    let client = ClusterClientBuilder::new(seeds).retries(0).build().unwrap();
    let connection = client.get_async_connection().await.unwrap();
    let given = RedisStore::from_cluster_connection(connection).response_timeout(RESPONSE_TIMEOUT);
    let store = connect(given.prefix(PREFIX)).await;
    move_slots_under_load("the application's connection", &cluster, &store).await;
}

/// The scripts are unknown at the node that a slot goes to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_on_its_way_to_a_node_without_scripts_fails_no_call() {
    let _turn = alone().await;
    let cluster = Cluster::start_with_replicas(3).await;
    let store = connect(builder(cluster.url()).prefix(PREFIX)).await;
    let keys = sessions(&store, 6, |slot| slot == 7).await;
    let load = Load::of(&store, keys);
    for node in &cluster.masters {
        node.ask::<Value>(&["SCRIPT", "FLUSH"]).await;
    }
    cluster.move_slot(7, 0, 2).await;
    sleep(Duration::from_millis(300)).await;
    let outcome = load.end().await;
    println!("a slot moved to a node without scripts: {outcome}");
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    assert_eq!((outcome.refused, outcome.replies_lost), (0, 0), "{outcome}");
}
