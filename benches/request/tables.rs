//! What each contender adds to the bare framework, and how much that is of what others add.

use session_bench::{Comparison, Outcome};

/// What we want to stay within.
struct Targets {
    /// Of what tower-sessions adds.
    share: f64,
    /// How many times what the layer or the middleware adds that does nothing.
    times_empty: Option<f64>,
    allocations: f64,
}

/// How many times what the hand-written floor adds.
const TIMES_FLOOR: f64 = 1.35;

/// So many nanoseconds can be told from none.
const LEAST: f64 = 100.0;

pub(crate) fn print(comparisons: &[Comparison]) {
    println!("\nadded to the bare framework, and in brackets what we want to stay within");
    println!(
        "{:<24} {:<20} {:>7} {:>15} {:>15} {:>15} {:>12}",
        "case", "contender", "ns", "of the rival's", "times the floor", "times the empty", "allocations"
    );
    for comparison in comparisons {
        for outcome in &comparison.results[1..] {
            print_line(comparison, outcome);
        }
    }
}

fn print_line(comparison: &Comparison, outcome: &Outcome) {
    let is_ours = outcome.name.starts_with("session-");
    let targets = Targets::of(comparison.case).filter(|_| is_ours);
    let added = added_nanoseconds(outcome);
    let to = |name: &str, target: Option<f64>| {
        let other = comparison.results.iter().find(|other| other.name.starts_with(name));
        match other.map(added_nanoseconds) {
            Some(other) if other >= LEAST => format!("{:.2}{}", added / other, bracket(target)),
            _ => "-".to_owned(),
        }
    };
    let rival = if comparison.case.starts_with("actix") {
        "actix-session"
    } else {
        "tower-sessions"
    };
    let targets = targets.as_ref();
    let allocations = |outcome: &Outcome| outcome.allocations.unwrap_or(f64::NAN);
    let more = allocations(outcome) - allocations(&comparison.results[0]);
    println!(
        "{:<24} {:<20} {added:>7.0} {:>15} {:>15} {:>15} {:>12}",
        comparison.case,
        outcome.name,
        to(rival, targets.map(|targets| targets.share)),
        to("floor", targets.map(|_| TIMES_FLOOR)),
        to("empty", targets.and_then(|targets| targets.times_empty)),
        format!("{more:.1}{}", bracket(targets.map(|targets| targets.allocations))),
    );
}

fn added_nanoseconds(outcome: &Outcome) -> f64 {
    outcome.added_nanoseconds.map_or(f64::NAN, |added| added.median)
}

fn bracket(target: Option<f64>) -> String {
    target.map_or_else(String::new, |target| format!(" ({target})"))
}

impl Targets {
    fn of(case: &str) -> Option<Self> {
        let (share, times_empty, allocations) = match case {
            "axum, no cookie" => (0.45, Some(1.3), 6.0),
            "axum, cookie, untouched" => (0.2, Some(1.3), 6.0),
            "axum, read one of 5" => (0.38, None, 10.0),
            "axum, read one of 50" => (0.16, None, 10.0),
            "axum, read and write" => (0.3, None, 16.0),
            "axum, new session" => (0.75, None, 16.0),
            _ => return None,
        };
        Some(Self {
            share,
            times_empty,
            allocations,
        })
    }
}
