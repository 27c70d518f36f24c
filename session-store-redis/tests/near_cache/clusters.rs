//! Several servers: Sentinel, Cluster, and what moves between nodes.

use std::net::TcpListener;
use std::time::Duration;

use redis::FromRedisValue;
use session_core::{Created, Deleted, Store, StoreKey};
use session_store_redis::{NearCacheSettings, RedisStore};
use tokio::time::{sleep, timeout};

use crate::support::monitor::Monitor;
use crate::support::own_cluster::{OwnCluster, eventually};
use crate::support::own_server::OwnServer;
use crate::support::sessions::{NOW, created, loaded, record, updated};
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
        let key = created(&nodes.plain, &record(1)).await;
        assert_eq!(loaded(&nodes.here, &key).await, 1);
        let mut monitor = Monitor::of(servers).await;
        for _ in 0..10 {
            assert_eq!(loaded(&nodes.here, &key).await, 1);
        }
        assert_eq!(monitor.commands_about(&name(&key)).await, Vec::<String>::new());
        assert_eq!(loaded(&nodes.plain, &key).await, 1);
        assert_eq!(
            monitor.commands_about(&name(&key)).await,
            ["GET"],
            "what is sent is seen"
        );
        updated(&nodes.there, &key, 1).await;
        comes_to(&nodes.here, &key, 2).await;
        assert_eq!(nodes.there.delete(&key, NOW).await.unwrap(), Deleted::Deleted);
        comes_to(&nodes.here, &key, 0).await;
    }
}

/// A session's name, which ends its key.
fn name(key: &StoreKey) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(key.as_bytes())
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
    let (before, after) = (OwnServer::start().await, OwnServer::start().await);
    let sentinel = OwnServer::start_sentinel().await;
    let monitors = ["SENTINEL", "MONITOR", "shop", "127.0.0.1"];
    crate::told(&sentinel, &[&monitors[..], &[&before.port.to_string(), "1"]].concat()).await;
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
    let key = created(&here, &record(1)).await;
    assert_eq!(
        there.create(&key, &record(2), None, NOW).await.unwrap(),
        Created::Created
    );
    assert_eq!(loaded(&here, &key).await, 1);
    crate::told(&sentinel, &["SENTINEL", "REMOVE", "shop"]).await;
    crate::told(&sentinel, &[&monitors[..], &[&after.port.to_string(), "1"]].concat()).await;
    eventually("the new master is asked", async || loaded(&here, &key).await == 2).await;
}

#[tokio::test]
async fn in_a_cluster_a_second_load_asks_nobody() {
    let url = variable("SESSION_KIT_REDIS_CLUSTER_URL");
    hits_and_sees_changes(&url, &nodes_of(&url)).await;
}

#[tokio::test]
async fn a_session_whose_slot_moves_is_what_it_is_and_is_held_again() {
    let cluster = OwnCluster::start(2).await;
    let nodes = Nodes::on(&cluster.url(), 2).await;
    let key = created(&nodes.plain, &record(1)).await;
    assert_eq!(loaded(&nodes.here, &key).await, 1);

    let place = format!("{}{}", nodes_prefix(&cluster, &key).await, name(&key));
    let slot: u16 = cluster.masters[0].cluster(&["KEYSLOT", &place]).await;
    let (from, to) = if slot < 8192 { (0, 1) } else { (1, 0) };
    let (from, to) = (&cluster.masters[from], &cluster.masters[to]);
    let (slot, from_id, to_id) = (slot.to_string(), id(from).await, id(to).await);
    let _: () = to.cluster(&["SETSLOT", &slot, "IMPORTING", &from_id]).await;
    let _: () = from.cluster(&["SETSLOT", &slot, "MIGRATING", &to_id]).await;
    assert_eq!(loaded(&nodes.here, &key).await, 1);
    updated(&nodes.there, &key, 1).await;
    comes_to(&nodes.here, &key, 2).await;

    crate::told(
        from,
        &["MIGRATE", "127.0.0.1", &to.port.to_string(), &place, "0", "5000"],
    )
    .await;
    assert_eq!(loaded(&nodes.here, &key).await, 2);
    updated(&nodes.there, &key, 2).await;
    comes_to(&nodes.here, &key, 3).await;

    for node in [to, from] {
        let _: () = node.cluster(&["SETSLOT", &slot, "NODE", &to_id]).await;
    }
    assert_eq!(loaded(&nodes.here, &key).await, 3);
    updated(&nodes.there, &key, 3).await;
    comes_to(&nodes.here, &key, 4).await;
    // It is held again as soon as it is known where to ask.
    let mut monitor = Monitor::of(&[from.url(), to.url()]).await;
    eventually("a second load asks nobody", async || {
        assert_eq!(loaded(&nodes.here, &key).await, 4);
        monitor.commands_about(&place).await.is_empty()
    })
    .await;
}

/// What stands before a session's name on the server.
async fn nodes_prefix(cluster: &OwnCluster, key: &StoreKey) -> String {
    for server in &cluster.masters {
        let places: Vec<String> = asked(server, &["KEYS", &format!("*{}", name(key))]).await;
        if let [place] = places.as_slice() {
            return place.trim_end_matches(&name(key)).to_owned();
        }
    }
    panic!("the session is nowhere");
}

async fn id(server: &OwnServer) -> String {
    server.cluster(&["MYID"]).await
}

async fn asked<T: FromRedisValue>(server: &OwnServer, command: &[&str]) -> T {
    let mut connection = server.connection().await;
    let mut question = redis::cmd(command[0]);
    question.arg(&command[1..]);
    question.query_async(&mut connection).await.unwrap()
}

const STALENESS: Duration = Duration::from_millis(400);

/// A store, and what it holds of the first master.
async fn held_of_first_master(cluster: &OwnCluster) -> (RedisStore, StoreKey) {
    let store = RedisStore::builder(cluster.url())
        .prefix(prefix())
        .connections(1)
        .near_cache(NearCacheSettings::new().max_staleness(STALENESS));
    let store = connect(store).await;
    loop {
        let key = created(&store, &record(1)).await;
        let places: Vec<String> = asked(&cluster.masters[0], &["KEYS", &format!("*{}", name(&key))]).await;
        if !places.is_empty() {
            assert_eq!(loaded(&store, &key).await, 1);
            return (store, key);
        }
    }
}

#[tokio::test]
async fn a_master_that_is_cut_off_from_the_others_is_not_believed() {
    let mut cluster = OwnCluster::start(3).await;
    let (store, key) = held_of_first_master(&cluster).await;
    for server in &mut cluster.masters[1..] {
        server.kill();
    }
    eventually("loads fail", async || store.load(&key, NOW).await.is_err()).await;
    let state: String = cluster.masters[0].cluster(&["INFO"]).await;
    assert!(state.contains("cluster_state:fail"), "{state}");
}

#[tokio::test]
async fn a_master_that_became_a_replica_is_not_believed_for_longer_than_the_staleness_that_was_allowed() {
    let cluster = OwnCluster::start(3).await.with_replica().await;
    let (store, key) = held_of_first_master(&cluster).await;
    let (master, replica) = (&cluster.masters[0], cluster.replica.as_ref().unwrap());
    eventually("the replica has the session", async || {
        let places: Vec<String> = asked(replica, &["KEYS", &format!("*{}", name(&key))]).await;
        !places.is_empty()
    })
    .await;
    let _: () = replica.cluster(&["FAILOVER"]).await;
    eventually("the master is a replica", async || {
        let about: String = asked(master, &["INFO", "replication"]).await;
        about.contains("role:slave")
    })
    .await;
    let mut monitor = Monitor::of(&[replica.url()]).await;
    let asks_again = async {
        while monitor.commands_about(&name(&key)).await.is_empty() {
            assert_eq!(loaded(&store, &key).await, 1);
            sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(timeout(PATIENCE, asks_again).await.is_ok(), "a replica is believed");
}
