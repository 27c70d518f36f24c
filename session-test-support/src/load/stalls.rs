//! How long this process was held up, by a machine that is busy with something else.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::spawn;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

const PAUSE: Duration = Duration::from_millis(5);

/// Watches until it is told to end.
#[derive(Debug)]
pub(super) struct Stalls {
    watcher: JoinHandle<()>,
    longest: Arc<Mutex<Duration>>,
}

impl Stalls {
    pub(super) fn watch() -> Self {
        let longest = Arc::<Mutex<Duration>>::default();
        let seen = Arc::clone(&longest);
        let watcher = spawn(async move {
            loop {
                let begun = Instant::now();
                sleep(PAUSE).await;
                let stall = begun.elapsed().saturating_sub(PAUSE);
                let mut seen = seen.lock().unwrap();
                *seen = stall.max(*seen);
            }
        });
        Self { watcher, longest }
    }

    /// The longest of them.
    pub(super) fn end(self) -> Duration {
        self.watcher.abort();
        *self.longest.lock().unwrap()
    }
}
