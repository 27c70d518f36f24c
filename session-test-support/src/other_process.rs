//! This test binary once more, with something to do.

use std::env;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::patience::PATIENCE;

/// What the other process is told.
const TASK: &str = "SESSION_KIT_TASK";

/// What this process was told, if it is such a one.
pub fn task() -> Option<String> {
    env::var(TASK).ok()
}

/// A process that runs one test of this binary. `wrapper` is the command, if any, that is to start it.
pub fn command(wrapper: &[&str], test: &str, task: &str) -> Command {
    let program = env::current_exe().unwrap();
    let mut command = match wrapper.split_first() {
        Some((wrapper, arguments)) => {
            let mut command = Command::new(wrapper);
            command.args(arguments).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.args(["--exact", test, "--nocapture"]).env(TASK, task);
    command.stdin(Stdio::null());
    command
}

/// A process that has file systems of its own, and may mount more.
pub fn in_own_mounts(test: &str, task: &Path) -> Command {
    let wrapper = ["unshare", "--user", "--map-root-user", "--mount"];
    command(&wrapper, test, task.to_str().unwrap())
}

/// A process of a user who owns nothing and has no privileges.
pub fn as_nobody(test: &str, task: &Path) -> Command {
    command(&["unshare", "--user"], test, task.to_str().unwrap())
}

/// Waits until it has ended well.
pub async fn end_well(mut process: Child) {
    let ended = async {
        while process.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let ended = timeout(PATIENCE, ended).await;
    // If it has ended, there is nobody to kill.
    drop(process.kill());
    assert!(
        process.wait().unwrap().success() && ended.is_ok(),
        "the other process failed, or takes too long"
    );
}

/// Starts it, and waits until it has ended well.
pub async fn run(mut command: Command) {
    end_well(command.spawn().unwrap()).await;
}

/// A process that runs one test, with something to do: gone with this value.
#[derive(Debug)]
pub struct OtherProcess(tokio::process::Child);

impl OtherProcess {
    /// Starts it. The words of the task have no blanks in them.
    pub fn start(test: &str, task: &[&str]) -> Self {
        let mut command = command(&[], test, &task.join(" "));
        command.stdout(Stdio::null());
        let child = tokio::process::Command::from(command).kill_on_drop(true).spawn();
        Self(child.unwrap())
    }

    /// Waits until it has ended well.
    pub async fn succeeds(mut self) {
        let status = timeout(PATIENCE, self.0.wait()).await;
        let status = status.expect("the other process takes too long").unwrap();
        assert!(status.success(), "the other process has failed");
    }
}
