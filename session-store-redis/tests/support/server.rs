//! A server of the test's own, which it may kill, freeze and fill.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use redis::{Client, FromRedisValue, RedisResult};
use tokio::time::{Instant, sleep, timeout};

use super::variable;

/// How long anything may take that has to happen some time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// How long a server may take to answer a test.
const ANSWER: Duration = Duration::from_secs(5);
/// Below the ports of outgoing connections, and so are those of the cluster bus, which are higher by 10000.
const PORTS: std::ops::Range<u16> = 12_000..22_000;

/// A server on a port of its own, with a folder of its own. It ends with this.
pub(crate) struct Server {
    pub(crate) port: u16,
    folder: Folder,
    arguments: Vec<String>,
    password: Option<String>,
    process: Child,
}

/// A folder that is removed in the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("session-kit-faults-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

impl Server {
    /// A server that keeps nothing on disk.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let forgetful = ["--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"];
        Self::start_with(&[&forgetful, arguments].concat(), None, Folder::new()).await
    }

    /// A server that has what it acknowledged when it is started again.
    pub(crate) async fn start_durable() -> Self {
        let durable = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"];
        Self::start_with(&durable, None, Folder::new()).await
    }

    /// A server whose default user has this password.
    pub(crate) async fn start_with_password(password: &str) -> Self {
        let arguments = ["--save", "", "--requirepass", password];
        Self::start_with(&arguments, Some(password), Folder::new()).await
    }

    pub(crate) async fn start_with(arguments: &[&str], password: Option<&str>, folder: Folder) -> Self {
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

    /// It keeps its connections, and does nothing.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
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
        let password = self.password.as_ref().map(|password| format!(":{password}@"));
        let url = format!("redis://{}{}", password.unwrap_or_default(), self.address());
        let client = Client::open(url)?;
        let (name, arguments) = command.split_first().unwrap();
        let mut asked = redis::cmd(name);
        asked.arg(arguments);
        let answer = async {
            let mut connection = client.get_multiplexed_async_connection().await?;
            asked.query_async(&mut connection).await
        };
        let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
        timeout(ANSWER, answer).await.unwrap_or_else(|_| Err(late.into()))
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

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended; then there is nothing to wait for, either.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn spawn(folder: &Folder, port: u16, arguments: &[String]) -> Child {
    let log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.0.join("log"))
        .unwrap();
    // A Sentinel has a file, which has to come first.
    let (file, options) = arguments.split_at(usize::from(
        arguments.first().is_some_and(|first| !first.starts_with("--")),
    ));
    Command::new(variable("SESSION_KIT_REDIS_SERVER"))
        .args(file)
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--dir"])
        .arg(&folder.0)
        .args(options)
        .current_dir(&folder.0)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until it is so.
pub(crate) async fn wait_until(what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        sleep(Duration::from_millis(20)).await;
    }
}
