//! How long callers waited.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::comparison::Latency;

const LONGEST: u64 = 60_000_000_000;

/// Of one contender, in all of its turns.
pub(crate) struct Latencies(Histogram<u64>);

impl Latencies {
    pub(crate) fn new() -> Self {
        // Nanoseconds, of which two digits are right.
        Self(Histogram::new_with_bounds(100, LONGEST, 2).unwrap())
    }

    pub(crate) fn add(&mut self, latencies: &[Duration]) {
        for latency in latencies {
            let nanoseconds = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
            self.0.saturating_record(nanoseconds);
        }
    }

    /// Corrected for coordinated omission: a caller asks again when it has its answer, so during a long wait it does not ask. It
    /// would have, as often as it does when all is well: once in the median.
    pub(crate) fn percentiles(&self) -> Latency {
        let corrected = self.0.clone_correct(self.0.value_at_quantile(0.5));
        let at = |quantile| (corrected.value_at_quantile(quantile) as f64 / 100.0).round() / 10.0;
        Latency {
            p50: at(0.5),
            p99: at(0.99),
            p999: at(0.999),
            longest: at(1.0),
        }
    }
}
