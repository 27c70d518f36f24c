//! Tables, in Markdown.

use std::fmt::Write as _;

use serde_json::json;

use crate::filed::{Comparison, Latency, Outcome, Quartiles, Report};

/// What sessions add to a request, beside others.
pub(crate) fn requests(report: &Report, framework: &str) -> String {
    let (ours, rival, others): (_, _, &[&str]) = match framework {
        "axum" => (
            "session-axum",
            "tower-sessions",
            &["empty, boxed", "floor", "axum_session"],
        ),
        _ => ("session-actix", "actix-session", &["empty"]),
    };
    let mut text = format!("| ns added to {framework} | ");
    for other in others {
        write!(text, "{other} | ").unwrap_or_default();
    }
    let _ = write!(
        text,
        "{rival} | **{ours}** | times {rival} | allocations added: {rival}, {ours} |\n|---|"
    );
    text.push_str(&"--:|".repeat(others.len() + 4));
    text.push('\n');
    let begin = format!("{framework}, ");
    for comparison in report.comparisons() {
        let Some(case) = comparison.case.strip_prefix(&begin) else {
            continue;
        };
        let nanoseconds = |name: &str| {
            comparison
                .added(name)
                .map_or_else(|| "-".to_owned(), |ns| format!("{:.0}", ns.max(0.0)))
        };
        let _ = write!(text, "| {case} |");
        for other in others {
            let _ = write!(text, " {} |", nanoseconds(other));
        }
        let share = comparison
            .added(ours)
            .zip(comparison.added(rival))
            .map(|(ours, rival)| ours / rival);
        let share = share.map_or_else(|| "-".to_owned(), |share| format!("{share:.2}"));
        let (rivals, of_ours) = (
            added_allocations(comparison, rival),
            added_allocations(comparison, ours),
        );
        let _ = writeln!(
            text,
            " {} | **{}** | {share} | {rivals}, {of_ours} |",
            nanoseconds(rival),
            nanoseconds(ours)
        );
    }
    text
}

fn added_allocations(comparison: &Comparison, contender: &str) -> String {
    let allocations = |name: &str| comparison.by(name).and_then(|outcome| outcome.allocations);
    let added = allocations(contender).zip(allocations("bare"));
    added.map_or_else(|| "-".to_owned(), |(these, bare)| format!("{:.0}", these - bare))
}

/// Stores in memory, under each number of threads.
pub(crate) fn memory(report: &Report) -> String {
    let contenders = [
        "floor",
        "session-store-memory",
        "tower-sessions",
        "tower-sessions, moka",
    ];
    let mut text = String::from("| operations/s | threads | ");
    text.push_str(&contenders.join(" | "));
    text.push_str(" | times tower-sessions |\n|---|--:|--:|--:|--:|--:|--:|\n");
    for threads in [1, 2, 4] {
        for comparison in report.under(json!({ "Workers": threads })) {
            if comparison.by("floor").is_none() {
                continue;
            }
            let rate = |name: &str| comparison.by(name).map(|outcome| outcome.operations_per_second.median);
            let _ = write!(text, "| {} | {threads} |", comparison.case);
            for contender in contenders {
                let _ = write!(text, " {} |", rate(contender).map_or_else(|| "-".to_owned(), thousands));
            }
            let share = rate("session-store-memory").zip(rate("tower-sessions"));
            let share = share.map_or_else(|| "-".to_owned(), |(ours, rival)| format!("{:.1}", ours / rival));
            let _ = writeln!(text, " {share} |");
        }
    }
    text.push('\n');
    for (name, bytes) in report.about.iter().filter(|(name, _)| name.starts_with("bytes")) {
        let _ = writeln!(text, "- {name}: {bytes}");
    }
    text
}

/// Stores and the bare drivers under them, as one runtime calls them.
pub(crate) fn databases(databases: &[(&str, Report)]) -> String {
    let mut text = String::from(
        "| | | callers | bare driver/s | store/s | times the bare driver (quartiles) | axum_session: times the bare driver | \
         waits of the store, µs: 50 %, 99 %, 99.9 % | allocations: bare, store |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for (name, report) in databases {
        for comparison in report.under(json!("OneRuntime")) {
            let (Some(bare), Some(store)) = (comparison.by("bare"), comparison.by("store")) else {
                continue;
            };
            let allocations = |of: Option<f64>| of.map_or_else(|| "-".to_owned(), |of| format!("{of:.0}"));
            let _ = writeln!(
                text,
                "| {name} | {} | {} | {} | {} | {} | {} | {} | {}, {} |",
                comparison.case,
                comparison.concurrency,
                thousands(bare.operations_per_second.median),
                thousands(store.operations_per_second.median),
                quartiles(store.ratio),
                times(comparison.by("axum_session")),
                waits(store.latency_microseconds),
                allocations(bare.allocations),
                allocations(store.allocations),
            );
        }
    }
    text
}

/// Of them what most want to know.
pub(crate) fn databases_in_short(databases: &[(&str, Report)]) -> String {
    let mut text = String::from(
        "| 64 requests at once | loads/s | times the bare driver | loads and updates/s | times the bare driver |\n\
         |---|--:|--:|--:|--:|\n",
    );
    for (name, report) in databases {
        let _ = write!(text, "| {name} |");
        for case in ["load", "load then update"] {
            let mut found = report.under(json!("OneRuntime"));
            let found = found.find(|comparison| comparison.case == case && comparison.concurrency == 64);
            if let Some(store) = found.and_then(|comparison| comparison.by("store")) {
                let rate = thousands(store.operations_per_second.median);
                let _ = write!(text, " {rate} | {:.1} |", store.ratio.median);
            }
        }
        text.push('\n');
    }
    text
}

/// Redis, whose driver sends what waits together by itself.
pub(crate) fn redis(report: &Report) -> String {
    let mut text = String::from(
        "| | runtimes | callers | bare driver/s | store/s | times the bare driver (quartiles) | near-cache: times the bare driver | tower-sessions, actix-session: times the bare driver | \
         waits of the store, µs: 50 %, 99 %, 99.9 % |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for (threads, name) in [("OneRuntime", "one"), ("RuntimeEach", "one a thread")] {
        for comparison in report.under(json!(threads)) {
            let (Some(bare), Some(store)) = (comparison.by("bare"), comparison.by("store")) else {
                continue;
            };
            let near = comparison
                .by("near-cache")
                .map(|near| format!("{:.0}", near.ratio.median));
            let rivals = ["tower-sessions", "actix-session"].map(|rival| times(comparison.by(rival)));
            let _ = writeln!(
                text,
                "| {} | {name} | {} | {} | {} | {} | {} | {} | {} |",
                comparison.case,
                comparison.concurrency,
                thousands(bare.operations_per_second.median),
                thousands(store.operations_per_second.median),
                quartiles(store.ratio),
                near.unwrap_or_else(|| "-".to_owned()),
                rivals.join(", "),
                waits(store.latency_microseconds),
            );
        }
    }
    text
}

/// Where each subject was measured.
pub(crate) fn machines(subjects: &[(&str, &Report)]) -> String {
    let mut text = String::from("| | commit | processors | server | connections |\n|---|---|---|---|---|\n");
    for (name, report) in subjects {
        let about = |what: &str| report.about.get(what).map_or("-", String::as_str);
        let machine = &report.machine;
        let _ = writeln!(
            text,
            "| {name} | {} | {} of {} | {} | {} |",
            report.commit,
            machine.processors,
            machine.processor,
            about("server"),
            about("connections")
        );
    }
    text
}

/// How much faster than the first contender somebody is, if he was there.
fn times(outcome: Option<&Outcome>) -> String {
    outcome.map_or_else(|| "-".to_owned(), |outcome| format!("{:.2}", outcome.ratio.median))
}

pub(crate) fn quartiles(of: Quartiles) -> String {
    format!("**{:.2}** ({:.2} to {:.2})", of.median, of.lower, of.upper)
}

/// How long callers waited, half of them and the slowest.
pub(crate) fn waits(latency: Option<Latency>) -> String {
    let Some(Latency { p50, p99, p999, .. }) = latency else {
        return "-".to_owned();
    };
    format!("{}, {}, {}", thousands(p50), thousands(p99), thousands(p999))
}

/// A number with three digits that count, and its thousands apart.
pub(crate) fn thousands(number: f64) -> String {
    let digits = number.max(1.0).log10().floor() as i32 - 2;
    let unit = 10_f64.powi(digits.max(0));
    let rounded = ((number / unit).round() * unit) as u64;
    let plain = rounded.to_string();
    let mut text = String::new();
    for (index, digit) in plain.chars().enumerate() {
        if index > 0 && (plain.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
