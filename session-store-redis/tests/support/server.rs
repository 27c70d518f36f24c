//! A server of the test's own, which it may kill, freeze and fill.

use std::fs;
use std::ops::Range;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Client, FromRedisValue, RedisResult};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};

use super::folder::Folder;
use super::patience::{PATIENCE, wait_until};
use super::variable;

/// How long a server may take to answer a test.
const ANSWER: Duration = Duration::from_secs(5);
/// Below the ports of outgoing connections, and so are those of the cluster bus, which are higher by 10000.
const PORTS: Range<u16> = 12_000..22_000;

/// A server on a port of its own, with a folder of its own. It ends with this.
pub(crate) struct Server {
    pub(crate) port: u16,
    folder: Folder,
    arguments: Vec<String>,
    password: Option<String>,
    process: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended; then there is nothing to wait for, either.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Server {
    /// A server that keeps nothing on disk.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with more arguments.
    pub(crate) async fn start_with(arguments: &[&str]) -> Self {
        let forgetful = ["--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"];
        Self::start_in(Folder::new(), &[&forgetful, arguments].concat(), None).await
    }

    /// A server that has what it acknowledged when it is started again.
    pub(crate) async fn start_durable() -> Self {
        let durable = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"];
        Self::start_in(Folder::new(), &durable, None).await
    }

    /// A server whose default user has this password.
    pub(crate) async fn start_with_password(password: &str) -> Self {
        let arguments = ["--save", "", "--requirepass", password];
        Self::start_in(Folder::new(), &arguments, Some(password)).await
    }

    pub(crate) async fn start_in(folder: Folder, arguments: &[&str], password: Option<&str>) -> Self {
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let port = fastrand::u16(PORTS);
        let mut server = Self {
            process: spawn(&folder, port, &arguments),
            port,
            folder,
            arguments,
            password: password.map(str::to_owned),
        };
        // Another process may take a port before the server does.
        for _ in 0..20 {
            if server.answers().await {
                return server;
            }
            server.port = fastrand::u16(PORTS);
            server.process = spawn(&server.folder, server.port, &server.arguments);
        }
        panic!("no port is free");
    }

    /// Whether it came up; otherwise it has ended.
    async fn answers(&mut self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            // Another process may be there instead.
            let about: RedisResult<String> = self.try_ask(&["INFO", "server"]).await;
            if about.is_ok_and(|about| about.contains(&format!("process_id:{}\r", self.process.id()))) {
                return true;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("the server on port {} does not answer", self.port);
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}/0", self.address())
    }

    /// Ends it as a power failure would.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again after a `kill`, where it was.
    pub(crate) async fn restart(&mut self) {
        self.process = spawn(&self.folder, self.port, &self.arguments);
        assert!(self.answers().await, "port {} was taken meanwhile", self.port);
    }

    /// It keeps its connections, and does nothing any more when this returns.
    pub(crate) async fn freeze(&self) {
        self.signal("-STOP");
        let begun = Instant::now();
        while !self.is_frozen() {
            assert!(begun.elapsed() < PATIENCE, "the server on port {} goes on", self.port);
            // Tests count from here how long it is believed, so there is no pause.
            yield_now().await;
        }
    }

    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    fn is_frozen(&self) -> bool {
        let about = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        // Its name is in parentheses, and may have some.
        let (_, state) = about.rsplit_once(") ").unwrap();
        state.starts_with('T')
    }

    /// What it answers to a command over a connection of its own.
    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &[&str]) -> T {
        let answer = self.try_ask(command).await;
        answer.unwrap_or_else(|error| panic!("{command:?} on port {}: {error}", self.port))
    }

    pub(crate) async fn tell(&self, command: &[&str]) {
        self.ask::<redis::Value>(command).await;
    }

    pub(crate) async fn try_ask<T: FromRedisValue>(&self, command: &[&str]) -> RedisResult<T> {
        let (name, arguments) = command.split_first().unwrap();
        let mut asked = redis::cmd(name);
        asked.arg(arguments);
        let answer = async { asked.query_async(&mut self.connection().await?).await };
        let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
        timeout(ANSWER, answer).await.unwrap_or_else(|_| Err(late.into()))
    }

    async fn connection(&self) -> RedisResult<MultiplexedConnection> {
        let password = self.password.as_ref().map(|password| format!(":{password}@"));
        let client = Client::open(format!("redis://{}{}", password.unwrap_or_default(), self.address()))?;
        client.get_multiplexed_async_connection().await
    }

    /// Waits until one of the lines that it answers is `line`.
    pub(crate) async fn says(&self, line: &str, command: &[&str]) {
        let says = async || {
            let answer: RedisResult<String> = self.try_ask(command).await;
            answer.is_ok_and(|answer| answer.lines().any(|found| found == line))
        };
        wait_until(&format!("port {} says {line}", self.port), says).await;
    }
}

/// A Sentinel's file has to come first, so it is the first of its arguments.
fn spawn(folder: &Folder, port: u16, arguments: &[String]) -> Child {
    Command::new(variable("SESSION_KIT_REDIS_SERVER"))
        .args(arguments)
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--logfile", "log"])
        .current_dir(&folder.0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
