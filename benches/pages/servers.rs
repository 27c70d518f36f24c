//! The table of whole servers, in Markdown.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::filed::{Comparison, Outcome, Report};
use crate::tables::{quartiles, thousands};

/// What servers without sessions are called after their framework.
const WITHOUT: &str = ", no sessions";

/// A line for each server, case and number of connections. Those that have no store beside them are compared with each
/// store's, and have the line of the first time.
pub(crate) fn servers(report: &Report) -> String {
    let mut text = String::from(
        "| server | case | connections | requests/s | times Express (quartiles) | times the page without sessions | \
         processor time a request, µs |\n|---|---|--:|--:|--:|--:|--:|\n",
    );
    let mut told = HashSet::new();
    for comparison in report.comparisons() {
        let (case, store) = comparison.case.split_once(", ").unwrap_or((&comparison.case, "-"));
        for outcome in &comparison.results {
            let server = match outcome.name.split_once(", ") {
                Some(_) => outcome.name.clone(),
                None => format!("{}, {store}", outcome.name),
            };
            if !told.insert((server.clone(), case, comparison.concurrency)) {
                continue;
            }
            let _ = writeln!(
                text,
                "| {server} | {case} | {} | {} | {} | {} | {:.0} |",
                comparison.concurrency,
                thousands(outcome.operations_per_second.median),
                quartiles(outcome.ratio),
                of_plain(comparison, outcome),
                outcome.server_cpu_microseconds.median,
            );
        }
    }
    text
}

/// What share it has of the rate of its framework without sessions.
fn of_plain(comparison: &Comparison, outcome: &Outcome) -> String {
    let (framework, _) = outcome.name.split_once(", ").unwrap_or((&outcome.name, ""));
    let plain = comparison.by(&format!("{framework}{WITHOUT}"));
    let share = plain.map(|plain| outcome.operations_per_second.median / plain.operations_per_second.median);
    share.map_or_else(|| "-".to_owned(), |share| format!("{share:.2}"))
}
