//! The test binary again, as another process.

use std::env;
use std::process::Stdio;

use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::patience::PATIENCE;

/// What another process is to do, and with what.
const TASK: &str = "SESSION_KIT_TASK";

/// What this process is to do, if it was started for that.
pub(crate) fn task() -> Option<Vec<String>> {
    let task = env::var(TASK).ok()?;
    Some(task.split(' ').map(str::to_owned).collect())
}

/// A process that runs this one test, which asks for its `task`.
pub(crate) struct OtherProcess(Child);

impl OtherProcess {
    pub(crate) fn start(test: &str, task: &[&str]) -> Self {
        let child = Command::new(env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(TASK, task.join(" "))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        Self(child.unwrap())
    }

    pub(crate) async fn succeeds(mut self) {
        let status = timeout(PATIENCE, self.0.wait()).await;
        let status = status.expect("the other process takes too long").unwrap();
        assert!(status.success(), "the other process has failed");
    }
}
