//! The small examples stay small, say what they show, and are each run by a test.

#![expect(clippy::expect_used, reason = "an example that can't be read is a failed test")]

use std::path::{Path, PathBuf};

/// What is one file or a few, and no crate.
fn small_examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let (folders, mut files): (Vec<_>, Vec<_>) = entries(&folder).into_iter().partition(|path| path.is_dir());
    let small = folders.iter().filter(|path| !path.join("Cargo.toml").exists());
    files.extend(small.flat_map(|path| entries(path)));
    let read = |path: &Path| std::fs::read_to_string(path).expect("an example can be read");
    let name = |path: &Path| {
        path.strip_prefix(&folder)
            .expect("it is in there")
            .display()
            .to_string()
    };
    files.iter().map(|path| (name(path), read(path))).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of examples can be read");
    entries
        .map(|entry| entry.expect("an entry can be read").path())
        .collect()
}

#[test]
fn small_examples_are_small_and_are_run_by_a_test() {
    let tests = [include_str!("readme.rs"), include_str!("examples/main.rs")].concat();
    let examples = small_examples();
    let mut faults = Vec::new();
    for (name, text) in &examples {
        if text.lines().count() >= 60 {
            faults.push(format!("examples/{name}: needs fewer than 60 lines"));
        }
        if !text.starts_with("//! ") {
            faults.push(format!("examples/{name}: needs a first line that says what it shows"));
        }
        if text.contains("\nasync fn main()") && !tests.contains(&format!("../examples/{name}\"]")) {
            faults.push(format!("examples/{name}: needs a test, in tests/examples/main.rs"));
        }
    }
    assert!(examples.len() >= 12, "they have moved: {examples:?}");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
