//! Writers who all add one to the same value of the same session.

mod rival;
mod writers;

use std::process::ExitCode;

use session_bench::{Case, Entrant, Kinds, Options, Report, Runtimes, Threads, compare};

use rival::{Rival, RivalWriters};
use writers::{Counts, Writers};

/// How many write at once.
const WRITERS: [usize; 4] = [1, 4, 16, 64];

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
    let mut report = Report::new("contention", []);
    let runtimes = Runtimes::new(Threads::OneRuntime);
    let kinds = Kinds::find()?;
    let mut stores = Vec::new();
    for (name, url) in kinds.urls() {
        stores.push((name, Kinds::open(&runtimes, url, "contention")?));
    }
    for concurrency in WRITERS {
        let mut counts = Vec::new();
        let mut entrants = Vec::new();
        for (name, opened) in &stores {
            let writers = runtimes.prepare(Writers::of(opened.store.clone()));
            counts.push(writers.counts());
            entrants.push(Entrant::new(name, writers));
        }
        let rival = runtimes.prepare(Rival::new());
        entrants.push(Entrant::new("tower-sessions, memory", RivalWriters(rival.clone())));
        let case = Case {
            name: "add one",
            concurrency,
            items: WRITERS[WRITERS.len() - 1],
            server: None,
            counts_allocations: false,
            is_timed: true,
            entrants: &entrants.iter().collect::<Vec<_>>(),
        };
        let mut comparison = compare(&runtimes, &case, options);
        for (outcome, counts) in comparison.results.iter_mut().zip(&counts) {
            let of = runtimes.prepare(Counts::look(counts.clone()));
            assert_eq!(of.stored, of.acknowledged, "{}: a write is lost", outcome.name);
            outcome.besides.insert("lost, of a thousand", 0.0);
            outcome
                .besides
                .insert("runs of a change", of.runs as f64 / of.acknowledged as f64);
        }
        let (stored, acknowledged) = runtimes.prepare(async move { rival.look().await });
        let lost = 1e3 * (1.0 - stored as f64 / acknowledged as f64);
        let outcome = comparison.results.last_mut().unwrap();
        outcome.besides.insert("lost, of a thousand", lost);
        report.add(comparison);
    }
    for (_, opened) in stores {
        Kinds::remove(&runtimes, opened)?;
    }
    report.finish(options);
    Ok(())
}
