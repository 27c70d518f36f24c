//! A server of a test's own, for what would disturb the others.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command};

use tokio::net::TcpStream;

use crate::support::patience::wait_until;
use crate::support::{collection, variable};

/// Alone, without users, and with fail points. It ends with the test.
pub(crate) struct OwnServer {
    process: Child,
    folder: PathBuf,
    port: u16,
}

impl OwnServer {
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        loop {
            let mut server = Self::spawn(arguments);
            wait_until("the server answers, or has ended", async || {
                server.has_ended() || TcpStream::connect(("127.0.0.1", server.port)).await.is_ok()
            })
            .await;
            if !server.has_ended() {
                return server;
            }
            // Another process was quicker to take the port.
            let log = fs::read_to_string(server.folder.join("log")).unwrap();
            assert!(log.to_lowercase().contains("already in use"), "{log}");
        }
    }

    fn spawn(arguments: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("session-kit-mongo-{}", collection()));
        fs::create_dir_all(folder.join("data")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = File::create(folder.join("log")).unwrap();
        let process = Command::new(variable("SESSION_KIT_MONGO_SERVER"))
            .args(["--bind_ip", "127.0.0.1", "--nounixsocket", "--port", &port.to_string()])
            .args(["--wiredTigerCacheSizeGB", "0.25", "--wiredTigerEngineConfigString"])
            .arg("log=(file_max=4MB,prealloc=false)")
            .args(["--setParameter", "diagnosticDataCollectionEnabled=false"])
            .args(["--setParameter", "enableTestCommands=1"])
            .arg("--dbpath")
            .arg(folder.join("data"))
            .args(arguments)
            .stdout(log)
            .spawn()
            .unwrap();
        Self { process, folder, port }
    }

    fn has_ended(&mut self) -> bool {
        self.process.try_wait().unwrap().is_some()
    }

    pub(crate) fn url(&self) -> String {
        format!("mongodb://127.0.0.1:{}/session", self.port)
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        fs::remove_dir_all(&self.folder).unwrap();
    }
}
