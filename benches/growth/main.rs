//! What a store's operations cost with ten thousand sessions in it, a hundred thousand, and a million.

mod fill;
mod size;
mod visits;

use std::process::ExitCode;
use std::sync::Arc;

use session_bench::{Case, Entrant, Kinds, Options, Report, Runtimes, Threads, compare};

use visits::{Loads, Updates};

/// Callers at once.
const CONCURRENCY: [usize; 2] = [1, 64];

fn main() -> ExitCode {
    match measure(&Options::read()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options) -> Result<(), String> {
    let counts = if options.is_once() {
        [256, 512, 1024]
    } else {
        [10_000, 100_000, 1_000_000]
    };
    let mut report = Report::new("growth", []);
    let runtimes = Runtimes::new(Threads::OneRuntime);
    let kinds = Kinds::find()?;
    for (kind, url) in kinds.urls().filter(|(kind, _)| kind.contains(&options.only)) {
        let mut stores = Vec::new();
        for count in counts {
            let namespace = format!("growth_{count}");
            let opened = Kinds::open(&runtimes, url, &namespace)?;
            let (store, to) = (Arc::clone(&opened.store), url.to_owned());
            let bytes = runtimes.prepare(async move {
                let before = size::used(&to).await;
                fill::fill(kind, &to, &namespace, &store, count).await;
                size::of(&to, &namespace, before).await
            });
            if let Some(bytes) = bytes {
                let each = bytes / count as f64;
                println!("{kind}: {each:.0} bytes a session of {count}");
                report.about(bytes_of(kind), &format!("{each:.0}"));
            }
            stores.push((count, opened));
        }
        for concurrency in CONCURRENCY {
            for case in ["load", "load then update"] {
                let entrant = |(name, (count, opened)): (&&'static str, &(usize, _))| {
                    let opened: &session_bench::tool::Opened = opened;
                    let store = Arc::clone(&opened.store);
                    match case {
                        "load" => Entrant::new(name, Loads::new(store, *count, concurrency)),
                        _ => Entrant::new(name, Updates::new(store, *count, concurrency)),
                    }
                };
                let names = ["10^4", "10^5", "10^6"];
                let entrants: Vec<_> = names.iter().zip(&stores).map(entrant).collect();
                let mut comparison = compare(
                    &runtimes,
                    &Case {
                        name: case,
                        concurrency,
                        items: concurrency,
                        server: None,
                        counts_allocations: false,
                        is_timed: true,
                        entrants: &entrants.iter().collect::<Vec<_>>(),
                    },
                    options,
                );
                comparison.of = Some(kind);
                report.add(comparison);
            }
        }
        for (_, opened) in stores {
            Kinds::remove(&runtimes, opened)?;
        }
    }
    report.finish(options);
    Ok(())
}

/// The last and largest store is the one whose figure stays.
const fn bytes_of(kind: &str) -> &'static str {
    match kind.as_bytes() {
        b"SQLite" => "bytes a session, SQLite",
        b"PostgreSQL" => "bytes a session, PostgreSQL",
        b"MariaDB" => "bytes a session, MariaDB",
        b"MongoDB" => "bytes a session, MongoDB",
        _ => "bytes a session, Redis",
    }
}
