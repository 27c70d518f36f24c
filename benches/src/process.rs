//! What processes used.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// The processor time of all threads of a process that are still there.
pub fn cpu_time(pid: u32) -> Duration {
    let tasks = Path::new("/proc").join(pid.to_string()).join("task");
    let threads = fs::read_dir(&tasks).unwrap_or_else(|error| panic!("{}: {error}", tasks.display()));
    let times = threads.filter_map(|thread| {
        // A thread may have ended meanwhile.
        let statistics = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        statistics.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(times.sum())
}
