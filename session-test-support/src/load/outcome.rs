//! What came of the writers' work.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

/// What writers have seen, and what became of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Calls that were made.
    pub attempted: usize,
    /// Writes that were answered as done.
    pub acknowledged: usize,
    /// With `Unavailable`.
    pub refused: usize,
    /// With `ReplyLost`.
    pub replies_lost: usize,
    /// Writes that were acknowledged and are not there.
    pub lost: u64,
    /// Deletions that were acknowledged, of sessions that are there.
    pub back: usize,
    /// Writes that were refused and are there.
    pub done_though_refused: usize,
    /// Any other answer, or error.
    pub unexpected: Vec<String>,
    /// The longest call.
    pub slowest: Duration,
    /// The longest time for which this process was held up meanwhile, by a machine that is busy with something else.
    pub longest_stall: Duration,
    /// For each writer, when those calls began that were answered well.
    pub(super) successes: Vec<Vec<Instant>>,
    /// How long calls took that failed.
    pub(super) errors: Vec<Duration>,
}

impl Outcome {
    /// How long after `failure` the last of the writers wrote again.
    pub fn recovery_since(&self, failure: Instant) -> Duration {
        let firsts = self.successes.iter().map(|begins| {
            let first = begins.iter().find(|begin| **begin >= failure);
            first.map_or(Duration::MAX, |first| *first - failure)
        });
        firsts.max().unwrap()
    }

    /// How long half of the calls that failed took at most.
    pub fn median_error(&self) -> Duration {
        let mut errors = self.errors.clone();
        errors.sort_unstable();
        errors[errors.len() / 2]
    }

    /// Nothing is ever done for half, or done after all, and no answer is one that can't be.
    pub fn assert_honest(&self) {
        assert_eq!(self.done_though_refused, 0, "done though refused: {self}");
        assert!(self.unexpected.is_empty(), "{:?}", self.unexpected);
        assert!(self.acknowledged > 100, "nearly nothing was done: {self}");
    }

    /// No call took longer, but for what the machine added.
    pub fn assert_in_time(&self, limit: Duration) {
        assert!(self.slowest < limit + self.longest_stall, "{self}");
    }

    /// What was acknowledged is there, and what was deleted is not.
    pub fn assert_nothing_lost(&self) {
        assert_eq!((self.lost, self.back), (0, 0), "{self}");
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "attempted {}, acknowledged {}, refused {}, replies lost {}, acknowledged and lost {}, back from the dead {}, slowest {:?}, held up {:?}",
            self.attempted,
            self.acknowledged,
            self.refused,
            self.replies_lost,
            self.lost,
            self.back,
            self.slowest,
            self.longest_stall
        )
    }
}
