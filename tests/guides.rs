//! The guides of `docs/` show the programs that are tested, and link to what is there.

#![expect(clippy::unwrap_used, reason = "a guide that can't be read is a failed test")]

use std::path::{Path, PathBuf};

const ADAPTER: &str = include_str!("../examples/own_adapter/adapter.rs");
const OWN_FRAMEWORK: &str = include_str!("../docs/bring-your-own-framework.md");

/// Every page that is Markdown, from the root and from `docs/`.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["", "docs", "docs/coming-from"].map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
    let paths = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect()
}

#[test]
fn the_adapter_that_is_explained_is_the_one_that_is_tested() {
    let (_, program) = ADAPTER.split_once("\n\n").unwrap();
    assert!(OWN_FRAMEWORK.contains(&format!("```rust\n{program}```\n")));
}

#[test]
fn links_lead_to_files() {
    let pages = pages();
    let mut followed = 0;
    for page in &pages {
        let text = std::fs::read_to_string(page).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split([')', '#']).next())
        {
            if link.starts_with("http") || link.is_empty() {
                continue;
            }
            followed += 1;
            assert!(page.with_file_name(link).exists(), "{} links to {link}", page.display());
        }
    }
    assert!(
        pages.len() >= 14 && followed >= 20,
        "{} pages, {followed} links",
        pages.len()
    );
}
