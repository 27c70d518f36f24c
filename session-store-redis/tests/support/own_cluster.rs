//! A cluster of a test's own, whose slots may move.

use std::time::Duration;

use futures_util::future::join_all;
use redis::aio::MultiplexedConnection;
use redis::{Cmd, FromRedisValue};
use tokio::time::{Instant, sleep};

use super::late_proxy::{Late, Proxy};
use super::own_server::OwnServer;

const SLOTS: u16 = 16_384;
const PATIENCE: Duration = Duration::from_secs(20);

/// Some masters, and perhaps a replica of the first.
pub(crate) struct OwnCluster {
    pub(crate) masters: Vec<OwnServer>,
    pub(crate) replica: Option<OwnServer>,
}

impl OwnCluster {
    pub(crate) async fn start(masters: u16) -> Self {
        let servers = (0..masters).map(|_| OwnServer::start_node());
        let cluster = Self {
            masters: join_all(servers).await,
            replica: None,
        };
        let share = SLOTS / masters;
        for (number, server) in (0..).zip(&cluster.masters) {
            let last = if number + 1 == masters {
                SLOTS - 1
            } else {
                (number + 1) * share - 1
            };
            let _: () = server.cluster(&["SET-CONFIG-EPOCH", &(number + 1).to_string()]).await;
            let _: () = server
                .cluster(&["ADDSLOTSRANGE", &(number * share).to_string(), &last.to_string()])
                .await;
        }
        for server in cluster.masters.iter().skip(1) {
            cluster.meet(server).await;
        }
        cluster.settle().await;
        cluster
    }

    pub(crate) async fn with_replica(mut self) -> Self {
        let replica = OwnServer::start_node().await;
        self.meet(&replica).await;
        let master: String = self.masters[0].cluster(&["MYID"]).await;
        eventually("the replica knows its master", async || {
            redis::cmd("CLUSTER")
                .arg("REPLICATE")
                .arg(&master)
                .exec_async(&mut replica.connection().await)
                .await
                .is_ok()
        })
        .await;
        eventually("the replica has its master", async || {
            let about: String = ask(&mut replica.connection().await, redis::cmd("INFO").arg("replication")).await;
            about.contains("master_link_status:up")
        })
        .await;
        self.replica = Some(replica);
        self.settle().await;
        self
    }

    /// Lets the nodes say that they are where the proxies are.
    pub(crate) async fn behind(&self, late: Late) -> Vec<Proxy> {
        let mut proxies = Vec::new();
        for server in &self.masters {
            let proxy = Proxy::to(server.port, late).await;
            let mut connection = server.connection().await;
            for (setting, port) in [
                ("cluster-announce-bus-port", server.port + 10_000),
                ("cluster-announce-port", proxy.port),
            ] {
                let mut set = redis::cmd("CONFIG");
                set.arg("SET").arg(setting).arg(port);
                set.exec_async(&mut connection).await.unwrap();
            }
            proxies.push(proxy);
        }
        for server in &self.masters {
            eventually("the nodes know where the proxies are", async || {
                let nodes: String = server.cluster(&["NODES"]).await;
                proxies.iter().all(|proxy| nodes.contains(&format!(":{}@", proxy.port)))
            })
            .await;
        }
        proxies
    }

    async fn meet(&self, server: &OwnServer) {
        let port = server.port.to_string();
        let _: () = self.masters[0].cluster(&["MEET", "127.0.0.1", &port]).await;
    }

    /// Until every node knows every other, and that all slots are somebody's.
    async fn settle(&self) {
        let nodes = self.masters.iter().chain(&self.replica).count();
        for server in self.masters.iter().chain(&self.replica) {
            eventually("the nodes know each other", async || {
                let info: String = server.cluster(&["INFO"]).await;
                info.contains("cluster_state:ok") && info.contains(&format!("cluster_known_nodes:{nodes}\r\n"))
            })
            .await;
        }
    }

    pub(crate) fn url(&self) -> String {
        let nodes = self.masters.iter().map(|server| format!("127.0.0.1:{}", server.port));
        format!("redis+cluster://{}", nodes.collect::<Vec<_>>().join(","))
    }
}

impl OwnServer {
    pub(crate) async fn cluster<T: FromRedisValue>(&self, arguments: &[&str]) -> T {
        ask(&mut self.connection().await, redis::cmd("CLUSTER").arg(arguments)).await
    }
}

async fn ask<T: FromRedisValue>(connection: &mut MultiplexedConnection, command: &Cmd) -> T {
    command.query_async(connection).await.unwrap()
}

/// Asks again and again, for a while.
pub(crate) async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let started_at = Instant::now();
    while !is_so().await {
        assert!(started_at.elapsed() < PATIENCE, "it never comes that {what}");
        sleep(Duration::from_millis(10)).await;
    }
}
