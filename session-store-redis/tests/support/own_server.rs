//! A server of a test's own, which may be frozen, killed and asked for its numbers.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs, process};

use redis::Client;
use redis::aio::MultiplexedConnection;
use tokio::time::{Instant, sleep};

use super::variable;

const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct OwnServer {
    process: Child,
    pub(crate) port: u16,
    folder: PathBuf,
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl OwnServer {
    /// One that keeps nothing on disk.
    pub(crate) async fn start() -> Self {
        Self::start_with(&["--save", "", "--appendonly", "no"]).await
    }

    /// A node of a cluster that is still to be made.
    pub(crate) async fn start_node() -> Self {
        let keep_nothing = ["--save", "", "--appendonly", "no"];
        let cluster = ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000"];
        Self::start_with(&[keep_nothing, cluster].concat()).await
    }

    /// A Sentinel that watches over nothing yet.
    pub(crate) async fn start_sentinel() -> Self {
        Self::start_with(&["--sentinel"]).await
    }

    /// On a port that is free: below those that outgoing connections get, and so is a cluster's second one.
    pub(crate) async fn start_with(arguments: &[&str]) -> Self {
        for _ in 0..20 {
            let port = fastrand::u16(12_000..22_000);
            if let Some(server) = Self::try_start(port, arguments).await {
                return server;
            }
        }
        panic!("no port is free");
    }

    /// `None` if another process has the port.
    pub(crate) async fn try_start(port: u16, arguments: &[&str]) -> Option<Self> {
        let folder = env::temp_dir().join(format!("session-kit-test-{}-{port}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        // A Sentinel writes to its file.
        let configuration = folder.join("configuration");
        fs::write(&configuration, "").unwrap();
        let process = Command::new(variable("SESSION_KIT_REDIS_SERVER"))
            .arg(&configuration)
            .args(arguments)
            .args(["--bind", "127.0.0.1", "--logfile", "log", "--unixsocket", "socket"])
            .args(["--port", &port.to_string(), "--dir"])
            .arg(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self { process, port, folder };
        // Through its socket, which is in its own folder: on the port, another one may answer.
        let client = Client::open(format!("redis+unix://{}", server.folder.join("socket").display())).unwrap();
        let started_at = Instant::now();
        while started_at.elapsed() < PATIENCE {
            if server.process.try_wait().unwrap().is_some() {
                return None;
            }
            if let Ok(mut connection) = client.get_multiplexed_async_connection().await
                && redis::cmd("PING").exec_async(&mut connection).await.is_ok()
            {
                return Some(server);
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("a server does not answer");
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    pub(crate) async fn connection(&self) -> MultiplexedConnection {
        let client = Client::open(self.url()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    pub(crate) fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Keeps the server from doing anything, and returns when it does nothing any more.
    pub(crate) async fn freeze(&self) {
        self.signal("-STOP");
        let started_at = Instant::now();
        while !self.is_frozen() {
            assert!(started_at.elapsed() < PATIENCE, "the server goes on");
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, name: &str) {
        let signalled = Command::new("kill")
            .args([name, &self.process.id().to_string()])
            .status();
        assert!(signalled.unwrap().success());
    }

    fn is_frozen(&self) -> bool {
        let about = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let state = about.rsplit_once(") ").unwrap().1;
        state.starts_with('T')
    }
}
