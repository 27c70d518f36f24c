//! Connections past the store, to what a URL of ours names.

use redis::Client;
use redis::aio::MultiplexedConnection;
use redis::cluster::ClusterClientBuilder;
use redis::cluster_async::ClusterConnection;

pub(crate) async fn connection(url: &str) -> MultiplexedConnection {
    let client = Client::open(url).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

/// To the server that the Sentinels take for the master.
pub(crate) async fn master(url: &str) -> MultiplexedConnection {
    let (sentinels, place) = url.trim_start_matches("redis+sentinel://").split_once('/').unwrap();
    let (name, database) = place.split_once('/').unwrap();
    let (sentinel, _) = sentinels.split_once(',').unwrap();
    let mut asked = redis::cmd("SENTINEL");
    asked.arg("GET-MASTER-ADDR-BY-NAME").arg(name);
    let mut sentinel = connection(&format!("redis://{sentinel}")).await;
    let (host, port): (String, u16) = asked.query_async(&mut sentinel).await.unwrap();
    connection(&format!("redis://{host}:{port}/{database}")).await
}

pub(crate) async fn cluster(url: &str) -> ClusterConnection {
    let client = ClusterClientBuilder::new(nodes(url)).retries(0).build().unwrap();
    client.get_async_connection().await.unwrap()
}

/// The URLs of those nodes of a cluster that are masters.
pub(crate) async fn masters(url: &str) -> Vec<String> {
    let mut masters = Vec::new();
    for node in nodes(url) {
        let role: Vec<redis::Value> = redis::cmd("ROLE")
            .query_async(&mut connection(&node).await)
            .await
            .unwrap();
        if role.first() == Some(&redis::Value::BulkString(b"master".to_vec())) {
            masters.push(node);
        }
    }
    masters
}

fn nodes(url: &str) -> Vec<String> {
    let nodes = url.trim_start_matches("redis+cluster://").split(',');
    nodes.map(|node| format!("redis://{node}")).collect()
}
