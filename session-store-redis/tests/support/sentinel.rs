//! A master, two replicas and three Sentinels of the test's own.

use std::fs;

use super::folder::Folder;
use super::patience::wait_until;
use super::server::Server;

/// What the Sentinels call the master.
const NAME: &str = "shop";

/// Servers of which one is the master, and who watches over them.
pub(crate) struct Watched {
    pub(crate) servers: Vec<Server>,
    pub(crate) sentinels: Vec<Server>,
}

impl Watched {
    pub(crate) async fn start() -> Self {
        let master = Server::start().await;
        let port = master.port.to_string();
        let mut watched = Self {
            servers: vec![master],
            sentinels: Vec::new(),
        };
        for _ in 0..2 {
            let replica = Server::start_with(&["--replicaof", "127.0.0.1", &port]).await;
            watched.servers.push(replica);
        }
        // First the links: a Sentinel looks for replicas at once, and then not for a while.
        for replica in &watched.servers[1..] {
            replica.says("master_link_status:up", &["INFO", "replication"]).await;
        }
        for _ in 0..3 {
            let sentinel = Server::start_sentinel().await;
            sentinel.watch(&watched.servers[0], 2).await;
            watched.sentinels.push(sentinel);
        }
        for sentinel in &watched.sentinels {
            wait_until("the Sentinels know each other", async || {
                let state: Vec<String> = sentinel.ask(&["SENTINEL", "MASTER", NAME]).await;
                let has = |name: &str, value: &str| state.chunks(2).any(|pair| pair == [name, value]);
                has("flags", "master") && has("num-slaves", "2") && has("num-other-sentinels", "2")
            })
            .await;
        }
        watched
    }

    pub(crate) fn url(&self) -> String {
        let sentinels: Vec<_> = self.sentinels.iter().map(Server::address).collect();
        format!("redis+sentinel://{}/{NAME}/0", sentinels.join(","))
    }

    /// Replicas that are cut off are frozen for as long, which has to be too short for a Sentinel to see.
    pub(crate) async fn cut_replicas_off(&self, master: usize, are_cut_off: bool) {
        let replicas = self.servers.iter().enumerate().filter(|(number, _)| *number != master);
        for (_, replica) in replicas {
            if are_cut_off {
                replica.freeze().await;
            } else {
                replica.thaw();
            }
        }
        if are_cut_off {
            self.servers[master].tell(&["CLIENT", "KILL", "TYPE", "replica"]).await;
        }
    }

    /// Which of the servers the Sentinels take for the master.
    pub(crate) async fn master(&self) -> usize {
        let (_, port): (String, u16) = self.sentinels[0]
            .ask(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME])
            .await;
        self.servers.iter().position(|server| server.port == port).unwrap()
    }
}

impl Server {
    /// A Sentinel that watches over nothing yet.
    pub(crate) async fn start_sentinel() -> Self {
        let folder = Folder::new();
        // A Sentinel rewrites its file.
        fs::write(folder.0.join("sentinel.conf"), "").unwrap();
        let sentinel = Self::start_in(folder, &["sentinel.conf", "--sentinel"], None).await;
        let faster = ["SENTINEL", "DEBUG", "info-period", "1000", "publish-period", "200"];
        sentinel.tell(&faster).await;
        sentinel
    }

    /// Lets a Sentinel watch over `master`, which is down when as many Sentinels as `quorum` say so.
    pub(crate) async fn watch(&self, master: &Self, quorum: u8) {
        let (port, quorum) = (master.port.to_string(), quorum.to_string());
        self.tell(&["SENTINEL", "MONITOR", NAME, "127.0.0.1", &port, &quorum])
            .await;
        for (setting, millis) in [("down-after-milliseconds", "1000"), ("failover-timeout", "3000")] {
            self.tell(&["SENTINEL", "SET", NAME, setting, millis]).await;
        }
    }
}
