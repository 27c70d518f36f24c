//! A server of the test's own, which it may kill and freeze.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::marker::PhantomData;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use tokio::task::spawn_blocking;

use super::client::Client;
use super::engine::{Engine, Settings};
use super::patience::wait_until;
use super::processes::{family, is_gone, is_still, signal};
use super::with_parameter;

/// Starts the service and says where it is; ends it when our end of the pipe is closed, however that comes about.
const GUARDIAN: &str = r#""$0" up --for $$ "$1" && echo && cat; exec "$0" down --for $$"#;

/// A server as `scripts/services` starts it, with data of its own. It ends with this.
pub(crate) struct Server<E: Engine> {
    guardian: Child,
    variables: HashMap<String, String>,
    engine: PhantomData<E>,
}

impl<E: Engine> Drop for Server<E> {
    fn drop(&mut self) {
        // It can't end what does not run.
        self.thaw();
        drop(self.guardian.stdin.take());
        drop(self.guardian.wait());
    }
}

impl<E: Engine> Server<E> {
    pub(crate) async fn start() -> Self {
        spawn_blocking(Self::start_now).await.unwrap()
    }

    fn start_now() -> Self {
        let mut guardian = Command::new("bash")
            .args(["-c", GUARDIAN, &services(), E::SERVICE])
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
        assert!(variables.contains_key(E::URL), "{} did not start", E::SERVICE);
        Self {
            guardian,
            variables,
            engine: PhantomData,
        }
    }

    /// What it has for the variable of this name.
    pub(crate) fn variable(&self, name: &str) -> &str {
        &self.variables[name]
    }

    /// Of the user who owns the database.
    pub(crate) fn url(&self) -> &str {
        self.variable(E::URL)
    }

    /// Of a store that is not encrypted.
    pub(crate) fn settings(&self) -> Settings {
        Settings::at(with_parameter(self.url(), E::UNENCRYPTED))
    }

    /// A connection of the user who may do everything.
    pub(crate) async fn admin(&self) -> Client<E> {
        Client::connect(self.variable(E::ADMIN_URL)).await
    }

    pub(crate) async fn set_read_only(&self, is_so: bool) {
        let mut admin = self.admin().await;
        for statement in E::READ_ONLY[usize::from(!is_so)] {
            admin.tell(statement).await;
        }
    }

    /// Ends all its processes at once, and comes back when they are gone.
    pub(crate) async fn kill(&self) {
        let pids = self.pids();
        signal("-KILL", &pids);
        wait_until("the server has ended", async || pids.iter().all(|&pid| is_gone(pid))).await;
    }

    /// Starts it again after a `kill`, where it was.
    pub(crate) async fn restart(&self) {
        let mut command = Command::new(services());
        command
            .args(["restart", "--for", &self.guardian.id().to_string(), E::SERVICE])
            .env("SESSION_KIT_SERVICES", base())
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        let status = spawn_blocking(move || command.status().unwrap()).await.unwrap();
        assert!(status.success(), "{} did not start again", E::SERVICE);
    }

    /// It keeps its connections, and does nothing any more when this returns.
    pub(crate) async fn freeze(&self) {
        wait_until("the server stands still", async || {
            let pids = self.pids();
            signal("-STOP", &pids);
            pids.iter().all(|&pid| is_still(pid)) && self.pids() == pids
        })
        .await;
    }

    pub(crate) fn thaw(&self) {
        signal("-CONT", &self.pids());
    }

    fn pids(&self) -> Vec<u32> {
        let folder = format!("{}.{}/{}", base().display(), self.guardian.id(), E::SERVICE);
        let record = fs::read_to_string(format!("{folder}/{}.process", E::SERVICE));
        // A server that did not start has none.
        let Ok(record) = record else { return Vec::new() };
        let (main, _) = record.split_once(' ').unwrap();
        family(main.parse().unwrap())
    }
}

fn services() -> String {
    format!("{}/../scripts/services", env!("CARGO_MANIFEST_DIR"))
}

/// The beginning of the folders of all these servers: those of tests that died are found by it.
fn base() -> PathBuf {
    env::temp_dir().join("session-kit-sql")
}
