//! A cluster of the test's own.

use futures_util::future::join_all;
use redis::{RedisResult, Value};

use super::patience::wait_until;
use super::proxy::{Late, Proxy};
use super::server::Server;

const SLOTS: u16 = 16_384;

/// Masters that share the slots evenly, in their order.
pub(crate) struct Cluster {
    pub(crate) masters: Vec<Server>,
    /// None, or one of each master, in the same order.
    pub(crate) replicas: Vec<Server>,
}

impl Cluster {
    pub(crate) async fn start(masters: u16) -> Self {
        Self::of(masters, 0).await
    }

    pub(crate) async fn start_with_replicas(masters: u16) -> Self {
        Self::of(masters, masters).await
    }

    async fn of(masters: u16, replicas: u16) -> Self {
        let start = |number| join_all((0..number).map(|_| start_node()));
        let cluster = Self {
            masters: start(masters).await,
            replicas: start(replicas).await,
        };
        cluster.meet().await;
        cluster.share_slots(masters).await;
        cluster.follow().await;
        cluster.settle().await;
        cluster
    }

    async fn meet(&self) {
        for (epoch, node) in (1..).zip(self.nodes()) {
            let epoch: u16 = epoch;
            node.tell(&["CLUSTER", "SET-CONFIG-EPOCH", &epoch.to_string()]).await;
        }
        for node in self.nodes().skip(1) {
            let port = node.port.to_string();
            self.masters[0].tell(&["CLUSTER", "MEET", "127.0.0.1", &port]).await;
        }
        let number = self.nodes().count();
        self.all_say(&format!("cluster_known_nodes:{number}")).await;
    }

    async fn share_slots(&self, masters: u16) {
        for (number, master) in (0..masters).zip(&self.masters) {
            let share = SLOTS / masters;
            let end = if number + 1 == masters {
                SLOTS
            } else {
                (number + 1) * share
            };
            let (first, last) = ((number * share).to_string(), (end - 1).to_string());
            master.tell(&["CLUSTER", "ADDSLOTSRANGE", &first, &last]).await;
        }
    }

    async fn follow(&self) {
        for (master, replica) in self.masters.iter().zip(&self.replicas) {
            let id = master.id().await;
            // Who is known at first has not said yet what it is called.
            wait_until("the replica knows its master", async || {
                let answer: RedisResult<Value> = replica.try_ask(&["CLUSTER", "REPLICATE", &id]).await;
                answer.is_ok()
            })
            .await;
        }
    }

    async fn settle(&self) {
        self.all_say("cluster_state:ok").await;
        for node in self.nodes() {
            wait_until("all know all", async || self.is_known_to(node).await).await;
        }
        for replica in &self.replicas {
            replica.says("master_link_status:up", &["INFO", "replication"]).await;
        }
    }

    async fn all_say(&self, line: &str) {
        for node in self.nodes() {
            node.says(line, &["CLUSTER", "INFO"]).await;
        }
    }

    /// Whether `node` knows of all masters with their slots and all replicas, and has them within reach.
    async fn is_known_to(&self, node: &Server) -> bool {
        let nodes: String = node.ask(&["CLUSTER", "NODES"]).await;
        let count = |role: &str, least: usize| {
            let nodes = nodes.lines().map(|line| line.split(' ').collect::<Vec<_>>());
            let is_such = |node: &Vec<&str>| {
                node[2].trim_start_matches("myself,") == role && node[7] == "connected" && node.len() >= least
            };
            nodes.filter(is_such).count()
        };
        count("master", 9) == self.masters.len() && count("slave", 8) == self.replicas.len()
    }

    fn nodes(&self) -> impl Iterator<Item = &Server> {
        self.masters.iter().chain(&self.replicas)
    }

    pub(crate) fn url(&self) -> String {
        let nodes: Vec<_> = self.nodes().map(Server::address).collect();
        format!("redis+cluster://{}", nodes.join(","))
    }

    /// Lets the masters say that they are where the proxies are.
    pub(crate) async fn behind(&self, late: Late) -> Vec<Proxy> {
        let mut proxies = Vec::new();
        for master in &self.masters {
            let proxy = Proxy::before(master).await;
            proxy.delay(late);
            for (setting, port) in [
                ("cluster-announce-bus-port", master.port + 10_000),
                ("cluster-announce-port", proxy.port),
            ] {
                master.tell(&["CONFIG", "SET", setting, &port.to_string()]).await;
            }
            proxies.push(proxy);
        }
        for node in self.nodes() {
            wait_until("the nodes know where the proxies are", async || {
                let nodes: String = node.ask(&["CLUSTER", "NODES"]).await;
                proxies.iter().all(|proxy| nodes.contains(&format!(":{}@", proxy.port)))
            })
            .await;
        }
        proxies
    }
}

impl Server {
    /// What the other nodes call it.
    pub(crate) async fn id(&self) -> String {
        self.ask(&["CLUSTER", "MYID"]).await
    }
}

async fn start_node() -> Server {
    let arguments = "--cluster-enabled yes --cluster-node-timeout 1000 --cluster-allow-replica-migration no";
    Server::start_with(&arguments.split(' ').collect::<Vec<_>>()).await
}
