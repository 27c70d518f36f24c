//! Three masters and three replicas of the test's own.

use super::server::{Server, wait_until};

/// Six nodes: the first three have the slots, the others are their replicas, in the same order.
pub(crate) struct Nodes(pub(crate) Vec<Server>);

impl Nodes {
    pub(crate) async fn start() -> Self {
        let mut nodes = Self(Vec::new());
        let arguments = "--cluster-enabled yes --cluster-config-file nodes.conf --cluster-node-timeout 1000 \
            --cluster-announce-ip 127.0.0.1 --cluster-allow-replica-migration no";
        let arguments: Vec<_> = arguments.split_whitespace().collect();
        for epoch in 1..=6 {
            let node = Server::start(&arguments).await;
            node.tell(&["CLUSTER", "SET-CONFIG-EPOCH", &epoch.to_string()]).await;
            nodes.0.push(node);
        }
        nodes.meet().await;
        nodes.take_roles().await;
        nodes
    }

    async fn meet(&self) {
        for node in &self.0[1..] {
            let port = node.port.to_string();
            self.0[0].tell(&["CLUSTER", "MEET", "127.0.0.1", &port]).await;
        }
        self.all_say("cluster_known_nodes:6").await;
    }

    async fn take_roles(&self) {
        let slots = [("0", "5460"), ("5461", "10922"), ("10923", "16383")];
        for ((master, replica), (first, last)) in self.0.iter().zip(&self.0[3..]).zip(slots) {
            master.tell(&["CLUSTER", "ADDSLOTSRANGE", first, last]).await;
            replica.tell(&["CLUSTER", "REPLICATE", &master.id().await]).await;
        }
        self.all_say("cluster_state:ok").await;
        for node in &self.0 {
            wait_until("all know all", async || node.knows_all().await).await;
        }
        for replica in &self.0[3..] {
            replica.says("master_link_status:up", &["INFO", "replication"]).await;
        }
    }

    async fn all_say(&self, line: &str) {
        for node in &self.0 {
            node.says(line, &["CLUSTER", "INFO"]).await;
        }
    }

    pub(crate) fn url(&self) -> String {
        let nodes: Vec<_> = self.0.iter().map(Server::address).collect();
        format!("redis+cluster://{}", nodes.join(","))
    }
}

impl Server {
    /// What the other nodes call it.
    pub(crate) async fn id(&self) -> String {
        self.ask(&["CLUSTER", "MYID"]).await
    }

    /// Whether it knows of three masters with slots and three replicas, all within reach.
    async fn knows_all(&self) -> bool {
        let nodes: String = self.ask(&["CLUSTER", "NODES"]).await;
        let count = |role: &str, least: usize| {
            let nodes = nodes.lines().map(|line| line.split(' ').collect::<Vec<_>>());
            let is_such = |node: &Vec<&str>| {
                node[2].trim_start_matches("myself,") == role && node[7] == "connected" && node.len() >= least
            };
            nodes.filter(is_such).count()
        };
        count("master", 9) == 3 && count("slave", 8) == 3
    }
}
