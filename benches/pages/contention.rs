//! The table of writers who share a session, in Markdown.

use std::fmt::Write as _;

use crate::filed::{Latency, Outcome, Report};
use crate::tables::{quartiles, thousands, waits};

/// A line for each store, number of writers and line-up.
pub(crate) fn contention(report: &Report) -> String {
    let mut text = String::from(
        "| store | writers | | commits/s | times a session each (quartiles) | runs of a change | waits, µs: 50 %, 99 %, 99.9 % | longest wait, ms | \
         refused, of 1,000 | lost, of 1,000 |\n\
         |---|--:|---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for comparison in report.comparisons() {
        for outcome in &comparison.results {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                comparison.of.as_deref().unwrap_or("-"),
                comparison.concurrency,
                outcome.name,
                thousands(outcome.operations_per_second.median),
                quartiles(outcome.ratio),
                besides(outcome, "runs of a change", 2),
                waits(outcome.latency_microseconds),
                longest(outcome.latency_microseconds),
                besides(outcome, "refused, of a thousand", 1),
                besides(outcome, "lost, of a thousand", 0),
            );
        }
    }
    text
}

/// With so many decimals.
fn besides(outcome: &Outcome, what: &str, decimals: usize) -> String {
    let value = outcome.besides.get(what);
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.decimals$}"))
}

/// In milliseconds.
fn longest(latency: Option<Latency>) -> String {
    let longest = latency.and_then(|latency| latency.longest);
    longest.map_or_else(|| "-".to_owned(), |microseconds| format!("{:.1}", 1e-3 * microseconds))
}
