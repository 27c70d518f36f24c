//! Servers of the test's own, which it may kill and freeze.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use tokio::task::spawn_blocking;

use crate::patience::wait_until;
use crate::processes::{family, is_gone, is_still, signal};

/// Starts the service and says where it is; ends it when our end of the pipe is closed, however that comes about.
const GUARDIAN: &str = r#""$0" up --for $$ "$1" && echo && cat; exec "$0" down --for $$"#;

/// What `scripts/services` starts under one name, with data of its own. It ends with this.
#[derive(Debug)]
pub struct Service {
    name: &'static str,
    guardian: Child,
    variables: HashMap<String, String>,
}

impl Drop for Service {
    fn drop(&mut self) {
        // What stands still can't be ended.
        signal("-CONT", &self.all_pids());
        drop(self.guardian.stdin.take());
        drop(self.guardian.wait());
    }
}

impl Service {
    /// Comes back when it answers.
    pub async fn start(name: &'static str) -> Self {
        spawn_blocking(move || Self::start_now(name)).await.unwrap()
    }

    fn start_now(name: &'static str) -> Self {
        let mut guardian = Command::new("bash")
            .args(["-c", GUARDIAN, &services(), name])
            .env("SESSION_KIT_SERVICES", base())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(guardian.stdout.take().unwrap()).lines();
        let lines = lines.map(Result::unwrap).take_while(|line| !line.is_empty());
        let variables: HashMap<_, _> = lines
            .map(|line| {
                let (name, value) = line.split_once('=').unwrap();
                (name.to_owned(), value.trim_matches('\'').to_owned())
            })
            .collect();
        assert!(!variables.is_empty(), "{name} did not start");
        Self {
            name,
            guardian,
            variables,
        }
    }

    /// What it has for the variable of this name.
    pub fn variable(&self, name: &str) -> &str {
        &self.variables[name]
    }

    /// Ends all processes of one of its servers at once, as `kill -9` does, and comes back when they are gone.
    pub async fn kill(&self, server: &str) {
        let pids = self.pids(server);
        signal("-KILL", &pids);
        wait_until("the server has ended", async || pids.iter().all(|&pid| is_gone(pid))).await;
    }

    /// Starts again what was killed, where it was, and comes back when all of it answers.
    pub async fn restart(&self) {
        let mut command = Command::new(services());
        command
            .args(["restart", "--for", &self.guardian.id().to_string(), self.name])
            .env("SESSION_KIT_SERVICES", base())
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        let status = spawn_blocking(move || command.status().unwrap()).await.unwrap();
        assert!(status.success(), "{} did not start again", self.name);
    }

    /// The server keeps its connections, and does nothing any more when this returns.
    pub async fn freeze(&self, server: &str) {
        wait_until("the server stands still", async || {
            let pids = self.pids(server);
            signal("-STOP", &pids);
            pids.iter().all(|&pid| is_still(pid)) && self.pids(server) == pids
        })
        .await;
    }

    /// The end of a `freeze`.
    pub fn thaw(&self, server: &str) {
        signal("-CONT", &self.pids(server));
    }

    fn pids(&self, server: &str) -> Vec<u32> {
        let record = fs::read_to_string(self.folder().join(format!("{server}.process"))).unwrap();
        let (main, _) = record.split_once(' ').unwrap();
        family(main.parse().unwrap())
    }

    /// Those of all its servers; one that did not start has none.
    fn all_pids(&self) -> Vec<u32> {
        let files = fs::read_dir(self.folder()).into_iter().flatten().flatten();
        let servers = files.filter_map(|file| Some(file.file_name().to_str()?.strip_suffix(".process")?.to_owned()));
        servers.flat_map(|server| self.pids(&server)).collect()
    }

    fn folder(&self) -> PathBuf {
        PathBuf::from(format!("{}.{}/{}", base().display(), self.guardian.id(), self.name))
    }
}

fn services() -> String {
    format!("{}/../scripts/services", env!("CARGO_MANIFEST_DIR"))
}

/// The beginning of the folders of all these servers: those of tests that died are found by it.
fn base() -> PathBuf {
    env::temp_dir().join("session-kit-test-servers")
}
