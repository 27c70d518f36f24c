//! Several servers: Sentinel, Cluster, and what moves between nodes.

use std::net::TcpListener;
use std::time::Duration;

use session_core::{Created, Deleted, Store, StoreKey};
use session_store_redis::{NearCacheSettings, RedisStore};
use tokio::time::{sleep, timeout};

use crate::support::cluster::Cluster;
use crate::support::monitor::Monitor;
use crate::support::patience::wait_until;
use crate::support::server::Server;
use crate::support::session::{NOW, create, loaded, name_of, place_of, record, update};
use crate::support::{connect, prefix, variable};
use crate::{LONG, Nodes, PATIENCE, comes_to};

fn nodes_of(url: &str) -> Vec<String> {
    let (_, rest) = url.split_once("://").unwrap();
    let nodes = rest.split('/').next().unwrap().split(',');
    nodes.map(|node| format!("redis://{node}")).collect()
}

/// The second load sends nothing, to no server at all; and what another node does is seen.
async fn hits_and_sees_changes(url: &str, servers: &[String]) {
    let nodes = Nodes::on(url, 2).await;
    for _ in 0..20 {
        let key = create(&nodes.plain, &record(1)).await;
        assert_eq!(loaded(&nodes.here, &key).await, 1);
        let mut monitor = Monitor::of(servers).await;
        for _ in 0..10 {
            assert_eq!(loaded(&nodes.here, &key).await, 1);
        }
        assert_eq!(monitor.commands_about(&name_of(&key)).await, Vec::<String>::new());
        assert_eq!(loaded(&nodes.plain, &key).await, 1);
        assert_eq!(
            monitor.commands_about(&name_of(&key)).await,
            ["GET"],
            "what is sent is seen"
        );
        update(&nodes.there, &key, 1).await;
        comes_to(&nodes.here, &key, 2).await;
        assert_eq!(nodes.there.delete(&key, NOW).await.unwrap(), Deleted::Deleted);
        comes_to(&nodes.here, &key, 0).await;
    }
}

#[tokio::test]
async fn under_sentinel_a_second_load_asks_nobody() {
    let url = variable("SESSION_KIT_REDIS_SENTINEL_URL");
    let sentinel = redis::Client::open(nodes_of(&url)[0].as_str()).unwrap();
    let mut sentinel = sentinel.get_multiplexed_async_connection().await.unwrap();
    let mut question = redis::cmd("SENTINEL");
    question.arg("GET-MASTER-ADDR-BY-NAME").arg("session-kit");
    let (host, port): (String, u16) = question.query_async(&mut sentinel).await.unwrap();
    hits_and_sees_changes(&url, &[format!("redis://{host}:{port}")]).await;
}

#[tokio::test]
async fn a_master_of_before_is_not_believed_though_it_goes_on_answering() {
    let (before, after) = (Server::start().await, Server::start().await);
    let sentinel = Server::start_sentinel().await;
    sentinel.watch(&before, 1).await;
    let prefix = prefix();
    // The first Sentinel is frozen, so that whoever listens to it hears nothing for some time.
    let frozen = TcpListener::bind("127.0.0.1:0").unwrap();
    let sentinels = format!("{},127.0.0.1:{}", frozen.local_addr().unwrap(), sentinel.port);
    let url = format!("redis+sentinel://{sentinels}/shop");
    let here = RedisStore::builder(url)
        .prefix(prefix.clone())
        .connections(2)
        .near_cache(NearCacheSettings::new().max_staleness(LONG));
    let here = connect(here).await;
    let there = connect(RedisStore::builder(after.url()).prefix(prefix)).await;
    let key = create(&here, &record(1)).await;
    assert_eq!(
        there.create(&key, &record(2), None, NOW).await.unwrap(),
        Created::Created
    );
    assert_eq!(loaded(&here, &key).await, 1);
    sentinel.tell(&["SENTINEL", "REMOVE", "shop"]).await;
    sentinel.watch(&after, 1).await;
    wait_until("the new master is asked", async || loaded(&here, &key).await == 2).await;
}

#[tokio::test]
async fn in_a_cluster_a_second_load_asks_nobody() {
    let url = variable("SESSION_KIT_REDIS_CLUSTER_URL");
    hits_and_sees_changes(&url, &nodes_of(&url)).await;
}

#[tokio::test]
async fn a_session_whose_slot_moves_is_what_it_is_and_is_held_again() {
    let cluster = Cluster::start(2).await;
    let nodes = Nodes::on(&cluster.url(), 2).await;
    let key = create(&nodes.plain, &record(1)).await;
    assert_eq!(loaded(&nodes.here, &key).await, 1);

    let place = place_of(&nodes.prefix, &key);
    let slot: u16 = cluster.masters[0].ask(&["CLUSTER", "KEYSLOT", &place]).await;
    let (from, to) = if slot < 8192 { (0, 1) } else { (1, 0) };
    let moving = cluster.begin_to_move(slot, from, to).await;
    assert_eq!(loaded(&nodes.here, &key).await, 1);
    update(&nodes.there, &key, 1).await;
    comes_to(&nodes.here, &key, 2).await;

    assert!(moving.carry_key().await);
    assert!(!moving.carry_key().await, "it was not the only key");
    assert_eq!(loaded(&nodes.here, &key).await, 2);
    update(&nodes.there, &key, 2).await;
    comes_to(&nodes.here, &key, 3).await;

    moving.arrive().await;
    assert_eq!(loaded(&nodes.here, &key).await, 3);
    update(&nodes.there, &key, 3).await;
    comes_to(&nodes.here, &key, 4).await;
    // It is held again as soon as it is known where to ask.
    let mut monitor = Monitor::of(&[cluster.masters[0].url(), cluster.masters[1].url()]).await;
    wait_until("a second load asks nobody", async || {
        assert_eq!(loaded(&nodes.here, &key).await, 4);
        monitor.commands_about(&place).await.is_empty()
    })
    .await;
}

const STALENESS: Duration = Duration::from_millis(400);

/// A store, and what it holds of the first master.
async fn held_of_first_master(cluster: &Cluster) -> (RedisStore, StoreKey) {
    let store = RedisStore::builder(cluster.url())
        .prefix(prefix())
        .connections(1)
        .near_cache(NearCacheSettings::new().max_staleness(STALENESS));
    let store = connect(store).await;
    loop {
        let key = create(&store, &record(1)).await;
        let places: Vec<String> = cluster.masters[0].ask(&["KEYS", &format!("*{}", name_of(&key))]).await;
        if !places.is_empty() {
            assert_eq!(loaded(&store, &key).await, 1);
            return (store, key);
        }
    }
}

#[tokio::test]
async fn a_master_that_is_cut_off_from_the_others_is_not_believed() {
    let mut cluster = Cluster::start(3).await;
    let (store, key) = held_of_first_master(&cluster).await;
    for server in &mut cluster.masters[1..] {
        server.kill();
    }
    wait_until("loads fail", async || store.load(&key, NOW).await.is_err()).await;
    let state: String = cluster.masters[0].ask(&["CLUSTER", "INFO"]).await;
    assert!(state.contains("cluster_state:fail"), "{state}");
}

#[tokio::test]
async fn a_master_that_became_a_replica_is_not_believed_for_longer_than_the_staleness_that_was_allowed() {
    let cluster = Cluster::start_with_replicas(3).await;
    let (store, key) = held_of_first_master(&cluster).await;
    let (master, replica) = (&cluster.masters[0], &cluster.replicas[0]);
    wait_until("the replica has the session", async || {
        let places: Vec<String> = replica.ask(&["KEYS", &format!("*{}", name_of(&key))]).await;
        !places.is_empty()
    })
    .await;
    replica.tell(&["CLUSTER", "FAILOVER"]).await;
    wait_until("the master is a replica", async || {
        let about: String = master.ask(&["INFO", "replication"]).await;
        about.contains("role:slave")
    })
    .await;
    let mut monitor = Monitor::of(&[replica.url()]).await;
    let asks_again = async {
        while monitor.commands_about(&name_of(&key)).await.is_empty() {
            assert_eq!(loaded(&store, &key).await, 1);
            sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(timeout(PATIENCE, asks_again).await.is_ok(), "a replica is believed");
}
