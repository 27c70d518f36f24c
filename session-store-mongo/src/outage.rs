//! The times at which the database does not answer: one caller at a time tries, and the others are told at once.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::failure::Failure;

/// Whether the database is away.
///
/// It is if a call had no answer, and nobody else had one since it began. What is slow for one caller alone is no outage.
#[derive(Debug)]
pub(crate) struct Outage {
    answers: AtomicU64,
    is_away: AtomicBool,
    attempt: Semaphore,
}

impl Default for Outage {
    fn default() -> Self {
        Self {
            answers: AtomicU64::new(0),
            is_away: AtomicBool::new(false),
            attempt: Semaphore::new(1),
        }
    }
}

/// A call on its way.
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    answers_before: u64,
    /// During an outage, the others fail as long as this is held.
    _only: Option<SemaphorePermit<'a>>,
}

impl Outage {
    /// Fails while the one attempt of an outage is under way.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.is_away() && self.attempt.available_permits() == 0 {
            return Err(Failure::away());
        }
        Ok(())
    }

    /// During an outage lets one attempt pass; the others go on failing while it is under way.
    pub(crate) fn claim_attempt(&self) -> Result<Attempt<'_>, Failure> {
        let only = if self.is_away() {
            Some(self.attempt.try_acquire().map_err(|_| Failure::away())?)
        } else {
            None
        };
        Ok(Attempt {
            answers_before: self.answers.load(Ordering::Relaxed),
            _only: only,
        })
    }

    /// An attempt has had no answer.
    pub(crate) fn begin(&self, attempt: &Attempt<'_>, failure: &Failure) {
        let had_others = self.answers.load(Ordering::Relaxed) != attempt.answers_before;
        if !had_others && !self.is_away.swap(true, Ordering::Relaxed) {
            let error: &(dyn std::error::Error + 'static) = failure.cause();
            tracing::warn!(target: "session_kit", error, "the session store is away");
        }
    }

    /// An attempt has had an answer.
    pub(crate) fn end(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
        if self.is_away() && self.is_away.swap(false, Ordering::Relaxed) {
            tracing::info!(target: "session_kit", "the session store is back");
        }
    }

    fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn late() -> Failure {
        Failure::late(Duration::from_secs(1))
    }

    #[test]
    fn one_attempt_at_a_time_is_made_while_nobody_is_answered() {
        let outage = Outage::default();
        let (first, second) = (outage.claim_attempt().unwrap(), outage.claim_attempt().unwrap());
        outage.begin(&first, &late());
        outage.begin(&second, &late());
        let attempt = outage.claim_attempt().unwrap();
        assert!(outage.claim_attempt().is_err() && outage.check().is_err());
        outage.begin(&attempt, &late());
        drop(attempt);
        assert!(outage.check().is_ok());
        let attempt = outage.claim_attempt().unwrap();
        outage.end();
        drop(attempt);
        let both = (outage.claim_attempt(), outage.claim_attempt());
        assert!(both.0.is_ok() && both.1.is_ok());
    }

    #[test]
    fn what_is_slow_while_others_are_answered_is_no_outage() {
        let outage = Outage::default();
        let slow = outage.claim_attempt().unwrap();
        outage.end();
        outage.begin(&slow, &late());
        let both = (outage.claim_attempt(), outage.claim_attempt());
        assert!(both.0.is_ok() && both.1.is_ok());
    }
}
