//! What a run found, as it is filed.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use super::measure::Turn;
use super::mix::Act;
use super::worker::{Taken, histogram};
use crate::machine::Machine;

/// The points of a latency curve: the share of requests that were faster.
const CURVE: [f64; 19] = [
    0.0, 0.1, 0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9995, 0.9999, 1.0,
];

/// A run.
#[derive(Serialize, Deserialize)]
pub(super) struct RunResult {
    pub(super) machine: Machine,
    pub(super) settings: Settings,
    /// Whether it came to its end.
    pub(super) is_complete: bool,
    pub(super) stores: Vec<StoreResult>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) sessions: u64,
    pub(super) concurrency: u64,
    pub(super) mix: String,
    pub(super) value_bytes: u64,
    pub(super) seconds: f64,
    pub(super) rounds: u64,
    pub(super) rate: Option<u64>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoreResult {
    pub(super) store: String,
    pub(super) rounds: Vec<Round>,
    pub(super) acts: BTreeMap<Act, ActResult>,
    /// What went wrong, and how often.
    pub(super) errors: BTreeMap<String, u64>,
}

/// One turn of a store.
#[derive(Serialize, Deserialize)]
pub(super) struct Round {
    pub(super) requests_per_second: f64,
    /// Of the process that asked, for each request.
    pub(super) cpu_microseconds: f64,
    pub(super) p50_microseconds: BTreeMap<Act, f64>,
    pub(super) p99_microseconds: BTreeMap<Act, f64>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ActResult {
    pub(super) requests: u64,
    pub(super) microseconds: Percentiles,
    /// As if a request that was slow had kept those waiting that would have come in the meantime. Absent where requests had a rate: there latency counts
    /// from when they were due.
    pub(super) corrected_microseconds: Option<Percentiles>,
    /// Which share of requests was faster than so many microseconds.
    pub(super) curve: Vec<(f64, f64)>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Percentiles {
    pub(super) mean: f64,
    pub(super) p50: f64,
    pub(super) p90: f64,
    pub(super) p99: f64,
    pub(super) p999: f64,
    pub(super) max: f64,
}

/// A store's turns until now.
#[derive(Default)]
pub(super) struct Collected {
    taken: Taken,
    rounds: Vec<Round>,
    elapsed: Duration,
}

impl Collected {
    pub(super) fn add(&mut self, turn: Turn) {
        let requests: u64 = turn.taken.latencies.values().map(Histogram::len).sum();
        let of = |quantile: f64| {
            let latencies = turn.taken.latencies.iter();
            let values = latencies.map(|(act, of_act)| (*act, micros(of_act.value_at_quantile(quantile))));
            values.collect()
        };
        self.rounds.push(Round {
            requests_per_second: requests as f64 / turn.elapsed.as_secs_f64(),
            cpu_microseconds: 1e6 * turn.cpu.as_secs_f64() / requests.max(1) as f64,
            p50_microseconds: of(0.5),
            p99_microseconds: of(0.99),
        });
        self.elapsed += turn.elapsed;
        self.taken.add(turn.taken);
    }

    pub(super) fn into_result(self, store: String, workers: usize, has_rate: bool) -> StoreResult {
        let requests: u64 = self.taken.latencies.values().map(Histogram::len).sum();
        // How often one worker makes a request.
        let interval = self.elapsed.as_nanos() * workers.max(1) as u128 / u128::from(requests.max(1));
        let interval = u64::try_from(interval).unwrap_or(u64::MAX).max(1);
        let acts = self.taken.latencies.iter().map(|(act, latencies)| {
            let corrected = (!has_rate).then(|| Percentiles::of(&corrected(latencies, interval)));
            let result = ActResult {
                requests: latencies.len(),
                microseconds: Percentiles::of(latencies),
                corrected_microseconds: corrected,
                curve: CURVE
                    .iter()
                    .map(|share| (*share, micros(latencies.value_at_quantile(*share))))
                    .collect(),
            };
            (*act, result)
        });
        StoreResult {
            store,
            acts: acts.collect(),
            rounds: self.rounds,
            errors: self.taken.errors,
        }
    }
}

impl StoreResult {
    /// Lower quartile, median and upper quartile of the rounds' rates.
    pub(super) fn requests_per_second(&self) -> [f64; 3] {
        quartiles(self.rounds.iter().map(|round| round.requests_per_second))
    }
}

impl Percentiles {
    fn of(latencies: &Histogram<u64>) -> Self {
        let at = |quantile| micros(latencies.value_at_quantile(quantile));
        Self {
            mean: latencies.mean() / 1e3,
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: micros(latencies.max()),
        }
    }
}

/// Lower quartile, median, upper quartile.
pub(super) fn quartiles(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = |quarter: usize| {
        let last = values.len().saturating_sub(1);
        values.get(last * quarter / 4).copied().unwrap_or(f64::NAN)
    };
    [at(1), at(2), at(3)]
}

/// For each request that took longer than `interval`, those that would have waited for it.
fn corrected(latencies: &Histogram<u64>, interval: u64) -> Histogram<u64> {
    let mut corrected = histogram();
    if corrected.add_correct(latencies, interval).is_err() {
        return latencies.clone();
    }
    corrected
}

fn micros(nanos: u64) -> f64 {
    nanos as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_wait_counts_for_those_who_would_have_come_meanwhile() {
        let mut latencies = histogram();
        for _ in 0..99 {
            latencies.saturating_record(1_000);
        }
        latencies.saturating_record(100_000);
        let corrected = corrected(&latencies, 1_000);
        assert_eq!(latencies.value_at_quantile(0.9), 1_000);
        assert!(
            (80_000..=82_000).contains(&corrected.value_at_quantile(0.9)),
            "{}",
            corrected.value_at_quantile(0.9)
        );
    }

    #[test]
    fn quartiles_are_of_what_there_is() {
        assert_eq!(quartiles([3.0, 1.0, 2.0, 5.0, 4.0].into_iter()), [2.0, 3.0, 4.0]);
        assert_eq!(quartiles([7.0].into_iter()), [7.0; 3]);
    }
}
