//! Writes the tables and plots of `docs/performance.md` and of the README from what is filed in `benches/results`.
//!
//! With `--check` it writes nothing, and fails where they say something else.

mod contention;
mod filed;
mod growth;
mod page;
mod plot;
mod servers;
mod tables;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use filed::Report;
use page::Page;

/// The databases, and what they are called.
const DATABASES: [(&str, &str); 4] = [
    ("postgres", "PostgreSQL"),
    ("mysql", "MariaDB"),
    ("sqlite", "SQLite"),
    ("mongo", "MongoDB"),
];

type Table = fn(&Report) -> String;

/// Subjects that need every server, and their tables: a page can be had without them.
const MORE: [(&str, Table); 3] = [
    ("contention", contention::contention),
    ("growth", growth::growth),
    ("servers", servers::servers),
];

fn main() -> ExitCode {
    let checks = std::env::args().any(|argument| argument == "--check");
    match written(checks) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn written(checks: bool) -> Result<(), Box<dyn std::error::Error>> {
    let (request, memory, redis) = (filed("request")?, filed("memory")?, filed("redis")?);
    let databases: Result<Vec<_>, _> = DATABASES
        .iter()
        .map(|(subject, name)| Ok::<_, Box<dyn std::error::Error>>((*name, filed(subject)?)))
        .collect();
    let databases = databases?;
    let mut page = Page::read(root("docs/performance.md"))?;
    page.fill("request-axum", &tables::requests(&request, "axum"))?;
    page.fill("request-actix", &tables::requests(&request, "actix"))?;
    page.fill("memory", &tables::memory(&memory))?;
    page.fill("databases", &tables::databases(&databases))?;
    page.fill("redis", &tables::redis(&redis))?;
    let mut more = Vec::new();
    for (subject, table) in MORE {
        match filed(subject) {
            Ok(report) => {
                page.fill(subject, &table(&report))?;
                more.push((subject, report));
            }
            Err(_) if !file(subject).exists() => page.fill(subject, "Not measured yet.\n")?,
            Err(error) => return Err(error),
        }
    }
    let mut subjects = vec![("request", &request), ("memory", &memory), ("Redis", &redis)];
    subjects.extend(databases.iter().map(|(name, report)| (*name, report)));
    subjects.extend(more.iter().map(|(subject, report)| (*subject, report)));
    page.fill("machines", &tables::machines(&subjects))?;
    let mut readme = Page::read(root("README.md"))?;
    readme.fill("databases", &tables::databases_in_short(&databases))?;
    let plots = [
        Page::whole(root("docs/performance/request.svg"), plot::requests(&request)?),
        Page::whole(root("docs/performance/databases.svg"), plot::databases(&databases)?),
    ];
    for page in plots.into_iter().chain([page, readme]) {
        if checks {
            page.check()?;
        } else {
            page.write()?;
        }
    }
    Ok(())
}

fn filed(subject: &str) -> Result<Report, Box<dyn std::error::Error>> {
    Report::read(&file(subject))
}

fn file(subject: &str) -> PathBuf {
    root(&format!("benches/results/{subject}.json"))
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
