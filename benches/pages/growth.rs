//! The table of stores that grow, in Markdown.

use std::fmt::Write as _;

use crate::filed::Report;
use crate::tables::{quartiles, thousands};

const SIZES: [&str; 3] = ["10^4", "10^5", "10^6"];

/// A line for each store, case and number of callers; then what a session takes.
pub(crate) fn growth(report: &Report) -> String {
    let mut text = String::from(
        "| store | | callers | 10^4 sessions: operations/s | 10^5: times that (quartiles) | 10^6: times that (quartiles) |\n\
         |---|---|--:|--:|--:|--:|\n",
    );
    for comparison in report.comparisons() {
        let [Some(few), Some(more), Some(most)] = SIZES.map(|size| comparison.by(size)) else {
            continue;
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            comparison.of.as_deref().unwrap_or("-"),
            comparison.case,
            comparison.concurrency,
            thousands(few.operations_per_second.median),
            quartiles(more.ratio),
            quartiles(most.ratio),
        );
    }
    text.push('\n');
    for (name, bytes) in report.about.iter().filter(|(name, _)| name.starts_with("bytes")) {
        let _ = writeln!(text, "- {name}: {bytes}");
    }
    text
}
