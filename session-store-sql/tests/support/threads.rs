//! The threads of this process that are stores' connections to SQLite.

use std::time::Duration;

use tokio::time::sleep;

/// Their numbers.
pub(crate) fn connections() -> Vec<usize> {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let names = threads.map(|thread| std::fs::read_to_string(thread.unwrap().path().join("comm")).unwrap_or_default());
    let numbers = names.map(|name| {
        name.trim()
            .strip_prefix("session-kit-")
            .map(|number| number.parse().unwrap())
    });
    numbers.flatten().collect()
}

/// Waits until all that belonged to stores is closed.
pub(crate) async fn closed() {
    while !connections().is_empty() {
        sleep(Duration::from_millis(1)).await;
    }
}
