//! Processes, by their ids, as Linux shows them.

use std::fs;
use std::process::Command;

/// A process and what it has started, itself first.
pub(crate) fn family(parent: u32) -> Vec<u32> {
    let mut family = vec![parent];
    for entry in fs::read_dir("/proc").unwrap() {
        let pid = entry.unwrap().file_name().to_str().and_then(|name| name.parse().ok());
        if let Some(pid) = pid
            && stat(pid).is_some_and(|(_, of)| of == parent)
        {
            family.push(pid);
        }
    }
    family
}

/// Whether it is stopped, or not there any more.
pub(crate) fn is_still(pid: u32) -> bool {
    stat(pid).is_none_or(|(state, _)| matches!(state, 'T' | 'Z' | 'X'))
}

/// Whether it is not there any more. It may wait to be reaped.
pub(crate) fn is_gone(pid: u32) -> bool {
    stat(pid).is_none_or(|(state, _)| matches!(state, 'Z' | 'X'))
}

/// Those that have ended are passed by.
pub(crate) fn signal(signal: &str, pids: &[u32]) {
    let pids = pids.iter().map(u32::to_string);
    let mut kill = Command::new("sh");
    kill.args(["-c", r#"kill "$@" 2>/dev/null || true"#, "kill", signal]);
    assert!(kill.args(pids).status().unwrap().success());
}

/// Its state and its parent.
fn stat(pid: u32) -> Option<(char, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Its name is in parentheses, and may have some.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}
