//! Where something was measured.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) processors: usize,
    pub(crate) kernel: String,
    /// How many threads ran or wanted to in the minute before, on average: none, where it does nothing else.
    pub(crate) load_before: Option<f64>,
}

impl Machine {
    pub(crate) fn look() -> Self {
        Self {
            processor: processor(),
            processors: available_parallelism().map_or(1, usize::from),
            kernel: said_by("uname", &["-sr"]),
            load_before: load(),
        }
    }
}

fn processor() -> String {
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = about.lines().find_map(|line| line.strip_prefix("model name"));
    name.map(|name| name.trim_start_matches([' ', '\t', ':']).to_owned())
        .unwrap_or_default()
}

fn load() -> Option<f64> {
    let loads = fs::read_to_string("/proc/loadavg").ok()?;
    loads.split(' ').next()?.parse().ok()
}

/// What a program prints; nothing, where there is no such program.
pub(crate) fn said_by(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    output
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default()
}
