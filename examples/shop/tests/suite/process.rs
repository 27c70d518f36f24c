//! The shop as it is run, and browsers for it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Output, Stdio};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;
use std::{fs, mem, thread};

use super::Browser;

/// A shop that runs until it is dropped.
pub(crate) struct Shop {
    process: Child,
    /// What it says from now on, a line each.
    says: Receiver<String>,
    log: String,
    pub(crate) address: SocketAddr,
}

impl Shop {
    /// A shop for plain HTTP, as the README starts it.
    pub(crate) fn open() -> Self {
        Self::with(&["--insecure-http"])
    }

    pub(crate) fn with(options: &[&str]) -> Self {
        Self::start(command().args(options))
    }

    /// A shop for plain HTTP that also logs what each request loads.
    pub(crate) fn that_logs_loads() -> Self {
        Self::start(command().arg("--insecure-http").env("RUST_LOG", "session_kit=trace"))
    }

    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process = command
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let errors = BufReader::new(process.stderr.take().unwrap());
        let (sender, says) = mpsc::channel();
        // It is read all the time, for a shop that can't write its log waits.
        thread::spawn(move || {
            for line in errors.lines() {
                // Nobody listens to a shop that was dropped.
                drop(sender.send(line.unwrap()));
            }
        });
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .unwrap()
            .parse()
            .unwrap();
        Self {
            process,
            says,
            log: String::new(),
            address,
        }
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.address)
    }

    /// Somebody who is signed in.
    pub(crate) fn signed_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        let reply = browser.post("/login", &[("email", email), ("password", "demo")]);
        assert_eq!(reply.redirects_to(), Some("/account"));
        browser
    }

    pub(crate) fn ask_to_stop(&self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// Asks it to stop, as an init system does. Answers the exit code and the log.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        self.ask_to_stop();
        let code = self.process.wait().unwrap().code();
        for line in &self.says {
            self.log += &format!("{line}\n");
        }
        (code, mem::take(&mut self.log))
    }

    pub(crate) fn wait_until_it_says(&mut self, text: &str) {
        while !self.log.contains(text) {
            let line = self.says.recv_timeout(Duration::from_secs(20)).unwrap();
            self.log += &format!("{line}\n");
        }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // It fails where the shop has stopped.
        drop(self.process.kill());
        self.process.wait().unwrap();
    }
}

/// A shop that ends by itself.
pub(crate) fn run(options: &[&str]) -> Output {
    command().args(options).output().unwrap()
}

/// The binary in an empty folder, whatever the environment of the tests says.
pub(crate) fn command() -> Command {
    let mut command = Command::new(crate::PROGRAM);
    command.env_remove("SESSION_SECRET").env_remove("RUST_LOG");
    command.current_dir(folder());
    command
}

/// A folder that nobody else has.
pub(crate) fn folder() -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    static CLEARED: Once = Once::new();
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shops");
    CLEARED.call_once(|| remove_those_of_the_dead(&all));
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = all.join(format!("{}-{number}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn remove_those_of_the_dead(all: &Path) {
    for folder in fs::read_dir(all).into_iter().flatten().flatten() {
        let name = folder.file_name().into_string().unwrap();
        let (owner, _) = name.split_once('-').unwrap();
        if !Path::new("/proc").join(owner).exists() || owner == process::id().to_string() {
            // Another run of these tests may be doing the same.
            drop(fs::remove_dir_all(folder.path()));
        }
    }
}
