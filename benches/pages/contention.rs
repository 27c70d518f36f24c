//! The table of writers who share a session, in Markdown.

use std::fmt::Write as _;

use crate::filed::Report;
use crate::tables::{thousands, waits};

/// A line for each store and number of writers.
pub(crate) fn contention(report: &Report) -> String {
    let mut text = String::from(
        "| store | writers | commits/s | runs of a change | lost, of 1,000 | waits, µs: 50 %, 99 %, 99.9 % |\n\
         |---|--:|--:|--:|--:|--:|\n",
    );
    let first = report.comparisons().next();
    let names = first.into_iter().flat_map(|comparison| &comparison.results);
    for name in names.map(|outcome| &outcome.name) {
        for comparison in report.comparisons() {
            let Some(outcome) = comparison.by(name) else { continue };
            let runs = outcome.besides.get("runs of a change");
            let _ = writeln!(
                text,
                "| {name} | {} | {} | {} | {:.0} | {} |",
                comparison.concurrency,
                thousands(outcome.operations_per_second.median),
                runs.map_or_else(|| "-".to_owned(), |runs| format!("{runs:.2}")),
                outcome.besides.get("lost, of a thousand").copied().unwrap_or_default(),
                waits(outcome.latency_microseconds),
            );
        }
    }
    text
}
