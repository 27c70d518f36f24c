//! What each contender adds to the bare framework, and how much that is of what others add.

use session_bench::{Comparison, Outcome};

/// What we want to stay within.
struct Targets {
    /// Of what tower-sessions adds.
    share: Option<f64>,
    /// How many times what the layer or the middleware adds that does nothing.
    times_empty: Option<f64>,
    allocations: Option<f64>,
}

/// How many times what the hand-written floor adds.
const TIMES_FLOOR: f64 = 1.35;

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
        let ratio = added / other.map_or(f64::NAN, added_nanoseconds);
        format!("{ratio:.2}{}", bracket(target))
    };
    let rival = if outcome.name.contains("actix") {
        "actix-session"
    } else {
        "tower-sessions"
    };
    let of = |target: fn(&Targets) -> Option<f64>| targets.as_ref().and_then(target);
    let allocations = |outcome: &Outcome| outcome.allocations.unwrap_or(f64::NAN);
    let more = allocations(outcome) - allocations(&comparison.results[0]);
    println!(
        "{:<24} {:<20} {added:>7.0} {:>15} {:>15} {:>15} {:>12}",
        comparison.case,
        outcome.name,
        to(rival, of(|targets| targets.share)),
        to("floor", of(|targets| targets.share.map(|_| TIMES_FLOOR))),
        to("empty", of(|targets| targets.times_empty)),
        format!("{more:.1}{}", bracket(of(|targets| targets.allocations))),
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
            "axum, no cookie" => (Some(0.45), Some(1.3), Some(6.0)),
            "axum, cookie, untouched" => (Some(0.2), Some(1.3), Some(6.0)),
            "axum, read one of 5" => (Some(0.38), None, Some(10.0)),
            "axum, read one of 50" => (Some(0.16), None, Some(10.0)),
            "axum, read and write" => (Some(0.3), None, Some(16.0)),
            "axum, new session" => (Some(0.75), None, Some(16.0)),
            "actix, no cookie" | "actix, cookie, untouched" => (None, Some(1.2), None),
            _ => return None,
        };
        Some(Self {
            share,
            times_empty,
            allocations,
        })
    }
}
