//! What a run tells.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::comparison::{Comparison, Outcome};
use crate::machine::{Machine, said_by};
use crate::options::Options;

/// A subject's comparisons, and where they were made.
#[derive(Serialize)]
pub struct Report {
    subject: &'static str,
    commit: String,
    machine: Machine,
    /// What else one has to know, such as the server's version.
    about: BTreeMap<&'static str, String>,
    comparisons: Vec<Comparison>,
}

/// The results of other subjects are no change to what is measured.
fn commit() -> String {
    let commit = said_by("git", &["describe", "--always", "--exclude=*"]);
    let changed = [
        "status",
        "--porcelain",
        "--untracked-files=no",
        "--",
        ":/",
        ":(top,exclude)benches/results",
    ];
    if said_by("git", &changed).is_empty() {
        commit
    } else {
        commit + "-dirty"
    }
}

impl Report {
    pub fn new(subject: &'static str, about: impl Into<BTreeMap<&'static str, String>>) -> Self {
        println!(
            "{:<28} {:<12} {:>5}  {:<22} {:>10}  {:<19} {:>7} {:>6} {:>7} {:>6}",
            "case", "threads", "conc.", "contender", "op/s", "ratio (quartiles)", "cpu us", "ratio", "server", "alloc."
        );
        Self {
            subject,
            commit: commit(),
            machine: Machine::look(),
            about: about.into(),
            comparisons: Vec::new(),
        }
    }

    pub fn about(&mut self, what: &'static str, is: &str) {
        self.about.insert(what, is.to_owned());
    }

    pub fn add(&mut self, comparison: Comparison) {
        for outcome in &comparison.results {
            print_line(&comparison, outcome);
        }
        self.comparisons.push(comparison);
    }

    /// What has been added.
    pub fn comparisons(&self) -> &[Comparison] {
        &self.comparisons
    }

    /// Files the report under its subject's name, if it is complete.
    pub fn finish(&self, options: &Options) {
        if !options.is_complete() {
            return;
        }
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("results/{}.json", self.subject));
        let json = serde_json::to_string_pretty(self).unwrap() + "\n";
        fs::write(&file, json).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        println!("\nfiled in {}", file.display());
    }
}

fn print_line(comparison: &Comparison, outcome: &Outcome) {
    let (ratio, rate) = (outcome.ratio, outcome.operations_per_second.median);
    let ratios = format!("{:.3} ({:.3} {:.3})", ratio.median, ratio.lower, ratio.upper);
    println!(
        "{:<28} {:<12} {:>5}  {:<22} {:>10.0}  {:<19} {:>7.2} {:>6.3} {:>7.2} {:>6.1}",
        comparison
            .of
            .map_or_else(|| comparison.case.to_owned(), |of| format!("{of}: {}", comparison.case)),
        format!("{:?}", comparison.threads),
        comparison.concurrency,
        outcome.name,
        rate,
        ratios,
        outcome.cpu_microseconds.median,
        outcome.cpu_ratio.median,
        outcome.server_cpu_microseconds.median,
        outcome.allocations.unwrap_or(f64::NAN),
    );
}
