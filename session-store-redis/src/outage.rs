//! The times at which a server is away: calls fail at once, and now and then one of them tries again.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::failure::{Failure, Refusal};

const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Whether a server is away, why, and when to try again.
#[derive(Default)]
pub(crate) struct Outage(Mutex<Option<Away>>);

struct Away {
    attempts: u32,
    retry_at: Instant,
    reason: Arc<Refusal>,
}

impl Outage {
    /// Fails with the reason for which the last attempt failed, until it is time for another.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match &*self.lock() {
            Some(away) if Instant::now() < away.retry_at => Err(away.failure()),
            Some(_) | None => Ok(()),
        }
    }

    /// Lets one attempt pass, which takes no longer than `limit`; the others go on failing while it is under way.
    pub(crate) fn claim_attempt(&self, limit: Duration) -> Result<(), Failure> {
        let now = Instant::now();
        match &mut *self.lock() {
            Some(away) if now < away.retry_at => Err(away.failure()),
            Some(away) => {
                away.retry_at = now + limit;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// A server that did not answer in time may take long to be reached, too: one call tries, and the others do not wait for it.
    pub(crate) fn suspect(&self, server: &impl fmt::Debug, reason: &Arc<Refusal>) {
        let mut away = self.lock();
        if away.is_none() {
            warn_of(server, reason);
            *away = Some(Away {
                attempts: 0,
                retry_at: Instant::now(),
                reason: Arc::clone(reason),
            });
        }
    }

    /// An attempt has failed.
    pub(crate) fn begin(&self, server: &impl fmt::Debug, refusal: Refusal) -> Failure {
        let reason = Arc::new(refusal);
        let mut away = self.lock();
        let attempts = away.as_ref().map_or(0, |away| away.attempts.saturating_add(1));
        if attempts == 0 {
            warn_of(server, &reason);
        }
        away.insert(Away {
            attempts,
            retry_at: Instant::now() + pause_after(attempts),
            reason,
        })
        .failure()
    }

    /// An attempt has succeeded.
    pub(crate) fn end(&self, server: &impl fmt::Debug) {
        if self.lock().take().is_some() {
            tracing::info!(target: "session_kit", ?server, "the session store is back");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Away>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Away {
    fn failure(&self) -> Failure {
        Failure::NotSent(Arc::clone(&self.reason))
    }
}

fn warn_of(server: &impl fmt::Debug, reason: &Refusal) {
    let error: &(dyn std::error::Error + 'static) = reason;
    tracing::warn!(target: "session_kit", ?server, error, "the session store is away");
}

/// Doubles from attempt to attempt; between half and all of it, so that nodes do not come back at the same moment.
fn pause_after(attempts: u32) -> Duration {
    let longest = SHORTEST_PAUSE
        .saturating_mul(2_u32.saturating_pow(attempts.min(10)))
        .min(LONGEST_PAUSE);
    longest.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_second() {
        for (attempts, longest) in [(0, 50), (1, 100), (4, 800), (5, 1000), (u32::MAX, 1000)] {
            let longest = Duration::from_millis(longest);
            for _ in 0..100 {
                let pause = pause_after(attempts);
                assert!(pause >= longest / 2 && pause <= longest, "{pause:?} after {attempts}");
            }
        }
    }
}
