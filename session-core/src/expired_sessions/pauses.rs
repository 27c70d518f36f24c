//! How long the clean-up waits between sweeps.

use std::time::Duration;

use crate::error::RandomError;
use crate::revision_source::RevisionSource;

const FIRST_AFTER_FAILURE: Duration = Duration::from_secs(1);
const LONGEST_AFTER_FAILURE: Duration = Duration::from_secs(5 * 60);

/// Pauses with some chance in them, so that nodes do not march in step.
#[derive(Debug)]
pub(super) struct Pauses {
    interval: Duration,
    random: RevisionSource,
}

impl Pauses {
    pub(super) fn new(interval: Duration) -> Result<Self, RandomError> {
        let random = RevisionSource::new()?;
        Ok(Self { interval, random })
    }

    /// Anything up to the interval.
    pub(super) fn before_the_first_sweep(&self) -> Duration {
        self.interval.mul_f64(self.fraction())
    }

    /// The interval, up to a tenth shorter or longer.
    pub(super) fn between_sweeps(&self) -> Duration {
        self.interval.mul_f64(0.9 + self.fraction() / 5.0)
    }

    /// Doubles with each failure in a row; between half and all of it.
    pub(super) fn after(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(10);
        let longest = (FIRST_AFTER_FAILURE * 2_u32.pow(doublings)).min(LONGEST_AFTER_FAILURE);
        longest.mul_f64(0.5 + self.fraction() / 2.0)
    }

    /// From 0 to just below 1.
    fn fraction(&self) -> f64 {
        let [first, second, ..] = self.random.next().as_u64().to_be_bytes();
        f64::from(u16::from_be_bytes([first, second])) / 65_536.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses() -> Pauses {
        Pauses::new(Duration::from_secs(60)).unwrap()
    }

    /// All lie within `from` and `to`, and they reach both outer quarters.
    fn assert_spread(draw: impl Fn() -> Duration, from: Duration, to: Duration) {
        let drawn: Vec<_> = (0..200).map(|_| draw()).collect();
        let (least, most) = (*drawn.iter().min().unwrap(), *drawn.iter().max().unwrap());
        let quarter = (to - from) / 4;
        assert!(
            least >= from && least < from + quarter,
            "{least:?} of {from:?} to {to:?}"
        );
        assert!(most <= to && most > to - quarter, "{most:?} of {from:?} to {to:?}");
    }

    #[test]
    fn the_first_sweep_comes_anywhere_in_the_interval() {
        let pauses = pauses();
        assert_spread(
            || pauses.before_the_first_sweep(),
            Duration::ZERO,
            Duration::from_secs(60),
        );
    }

    #[test]
    fn later_sweeps_come_a_tenth_earlier_or_later() {
        let pauses = pauses();
        let (from, to) = (Duration::from_secs(54), Duration::from_secs(66));
        assert_spread(|| pauses.between_sweeps(), from, to);
    }

    #[test]
    fn pauses_after_failures_double_up_to_five_minutes() {
        let pauses = pauses();
        for (failures, seconds) in [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (u32::MAX, 300)] {
            let longest = Duration::from_secs(seconds);
            assert_spread(|| pauses.after(failures), longest / 2, longest);
        }
    }
}
