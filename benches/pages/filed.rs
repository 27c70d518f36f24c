//! What was filed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Report {
    pub(crate) commit: String,
    pub(crate) machine: Machine,
    pub(crate) about: BTreeMap<String, String>,
    comparisons: Vec<Comparison>,
}

#[derive(Deserialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) processors: usize,
}

#[derive(Deserialize)]
pub(crate) struct Comparison {
    /// The store, where the subject has several.
    pub(crate) of: Option<String>,
    pub(crate) case: String,
    threads: serde_json::Value,
    pub(crate) concurrency: usize,
    pub(crate) results: Vec<Outcome>,
}

#[derive(Deserialize)]
pub(crate) struct Outcome {
    pub(crate) name: String,
    pub(crate) operations_per_second: Quartiles,
    pub(crate) ratio: Quartiles,
    pub(crate) server_cpu_microseconds: Quartiles,
    pub(crate) added_nanoseconds: Option<Quartiles>,
    pub(crate) allocations: Option<f64>,
    pub(crate) latency_microseconds: Option<Latency>,
    #[serde(default)]
    pub(crate) besides: BTreeMap<String, f64>,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct Latency {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
    /// Not in what was filed before it was asked for.
    pub(crate) longest: Option<f64>,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct Quartiles {
    pub(crate) lower: f64,
    pub(crate) median: f64,
    pub(crate) upper: f64,
}

impl Report {
    pub(crate) fn read(file: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let json = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(serde_json::from_str(&json).map_err(|error| format!("{}: {error}", file.display()))?)
    }

    /// In the order in which they were measured.
    pub(crate) fn comparisons(&self) -> impl Iterator<Item = &Comparison> {
        self.comparisons.iter()
    }

    /// Those under one kind of runtime.
    pub(crate) fn under(&self, threads: serde_json::Value) -> impl Iterator<Item = &Comparison> {
        self.comparisons()
            .filter(move |comparison| comparison.threads == threads)
    }
}

impl Comparison {
    pub(crate) fn by(&self, contender: &str) -> Option<&Outcome> {
        self.results.iter().find(|outcome| outcome.name == contender)
    }

    pub(crate) fn added(&self, contender: &str) -> Option<f64> {
        Some(self.by(contender)?.added_nanoseconds?.median)
    }
}
