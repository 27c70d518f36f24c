//! Writers who all add one to the same value of the same session, on one node or on two; beside writers with a session each.

mod line_up;
mod rival;
mod writers;

use std::process::ExitCode;
use std::sync::Arc;

use session_bench::{Case, Comparison, Entrant, Kinds, Options, Report, Runtimes, Threads, compare};
use session_core::Store;

use line_up::LineUp;
use rival::{Rival, RivalWriters};
use writers::{Counts, Writers};

/// How many write at once.
const WRITERS: [usize; 4] = [1, 4, 16, 64];
const NAMESPACE: &str = "contention";
/// The kind that is in a process, so that no two nodes have it.
const MEMORY: &str = "memory";
const LOST: &str = "lost, of a thousand";

fn main() -> ExitCode {
    // Who never has his turn does not show in a moment.
    match measure(&Options::read_with_long_turns()) {
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
    for (kind, url) in kinds.urls().filter(|(kind, _)| kind.contains(&options.only)) {
        let opened = Kinds::open(&runtimes, url, NAMESPACE)?;
        let mut nodes = vec![Arc::clone(&opened.store)];
        if kind != MEMORY {
            // On the same tables, which are removed with the first.
            nodes.push(Kinds::open(&runtimes, url, NAMESPACE)?.store);
        }
        for writers in WRITERS {
            report.add(of_kind(&runtimes, options, kind, &nodes, writers));
        }
        drop(nodes);
        Kinds::remove(&runtimes, opened)?;
    }
    report.finish(options);
    Ok(())
}

/// So many writers of one kind of store, in each line-up.
fn of_kind(
    runtimes: &Runtimes,
    options: &Options,
    kind: &'static str,
    nodes: &[Arc<dyn Store>],
    writers: usize,
) -> Comparison {
    let mut counts = Vec::new();
    let mut entrants = Vec::new();
    for line_up in LineUp::all(nodes, writers) {
        let writers = runtimes.prepare(Writers::of(line_up.nodes.to_vec(), line_up.sessions));
        counts.push(writers.counts());
        entrants.push(Entrant::new(line_up.name, writers));
    }
    let rival = (kind == MEMORY).then(|| runtimes.prepare(Rival::new()));
    if let Some(rival) = &rival {
        entrants.push(Entrant::new("one session, tower-sessions", RivalWriters(rival.clone())));
    }
    let case = Case {
        name: "add one",
        concurrency: writers,
        // Each has his number.
        items: writers,
        server: None,
        counts_allocations: false,
        is_timed: true,
        entrants: &entrants.iter().collect::<Vec<_>>(),
    };
    let mut comparison = compare(runtimes, &case, options);
    comparison.of = Some(kind);
    count(runtimes, &mut comparison, &counts, rival);
    comparison
}

/// Adds what came of the writes to what is known of each.
fn count(runtimes: &Runtimes, comparison: &mut Comparison, counts: &[Arc<Counts>], rival: Option<Rival>) {
    let kind = comparison.of.unwrap_or_default();
    for (outcome, counts) in comparison.results.iter_mut().zip(counts) {
        let of = runtimes.prepare(Counts::look(Arc::clone(counts)));
        assert_eq!(of.stored, of.acknowledged, "{kind}, {}: a write is lost", outcome.name);
        let thousandth = 1e-3 * (of.acknowledged + of.refused) as f64;
        outcome.besides.extend([
            (LOST, 0.0),
            ("refused, of a thousand", of.refused as f64 / thousandth),
            ("runs of a change", of.runs as f64 / of.acknowledged as f64),
        ]);
    }
    if let Some((rival, outcome)) = rival.zip(comparison.results.last_mut()) {
        let (stored, acknowledged) = runtimes.prepare(async move { rival.look().await });
        let lost = 1e3 * (1.0 - stored as f64 / acknowledged as f64);
        outcome.besides.insert(LOST, lost);
    }
}
