//! The clean-up of ended sessions, for stores whose engine does not do it.

mod pauses;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::clock::{Clock, SystemClock};
use crate::deadline::Deadline;
use crate::error::{ConfigError, Error};
use crate::event::TARGET;
use crate::store::Store;
use pauses::Pauses;

const DEFAULT_BATCH: usize = 1_000;
const LARGEST_BATCH: usize = 10_000;
const LONGEST_BATCH: Duration = Duration::from_secs(30);
const SHORTEST_REST: Duration = Duration::from_millis(10);

const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);
const LONGEST_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// Removes what has ended from a store: sessions, and the marks and cut-offs whose time has passed.
///
/// An ended session is unreadable whether it is removed or not, so this frees room and ends nothing. Stores that need it
/// say so. With one whose engine does it by itself, such as Redis, it costs a timer and no round trip.
///
/// ```
/// use session_core::ExpiredSessions;
/// use std::time::Duration;
/// # use session_store_memory::MemoryStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let store = MemoryStore::new();
/// let clean_up = tokio::spawn(ExpiredSessions::of(store.clone()).sweep_every(Duration::from_secs(60))?);
///
/// // Or once, such as from a nightly job:
/// let removed = ExpiredSessions::of(store).batch(500)?.sweep().await?;
/// println!("{removed} removed");
///
/// clean_up.abort();
/// # Ok(())
/// # }
/// ```
///
/// # Batches
///
/// A sweep removes what had ended when it began, a batch at a time, until the store answers that nothing is left. What ends
/// meanwhile waits for the next one, so that a sweep of a busy store comes to an end. After each batch it rests for as long
/// as the batch took, and for 10 milliseconds at the least: it keeps a store busy for half of the time at the most. A batch
/// that has no answer within 30 seconds is given up; smaller ones help there.
///
/// # Stopping, and running on every node
///
/// Each batch is one operation of the store, which happens at one instant or not at all. Both futures can therefore be
/// dropped at any moment, and any number of nodes may sweep one store: what one of them has removed, the others do not find.
/// That nodes differ in what time it is matters as it does for every operation of a [`Store`].
#[derive(Debug)]
#[must_use]
pub struct ExpiredSessions {
    store: Arc<dyn Store>,
    batch: usize,
    clock: Box<dyn Clock>,
}

impl ExpiredSessions {
    /// The ended sessions of `store`, with all settings at their defaults. Nothing happens yet.
    pub fn of(store: impl Store) -> Self {
        Self {
            store: Arc::new(store),
            batch: DEFAULT_BATCH,
            clock: Box::new(SystemClock),
        }
    }

    /// The most that one operation of the store removes: 1 to 10,000, default 1,000. Large batches cost fewer round trips,
    /// and keep others waiting for longer where removing takes locks.
    ///
    /// # Errors
    ///
    /// When `most` is out of its bounds.
    pub fn batch(mut self, most: usize) -> Result<Self, ConfigError> {
        if !(1..=LARGEST_BATCH).contains(&most) {
            return Err(ConfigError::Bounds {
                setting: "the batch of a sweep",
                value: most.to_string(),
                bounds: "1 to 10,000",
            });
        }
        self.batch = most;
        Ok(self)
    }

    /// Where the time comes from: the clock of the session manager. Default: [`SystemClock`].
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Sweeps once, and answers how much was removed: sessions, marks and cut-offs together.
    ///
    /// # Errors
    ///
    /// When the store failed, or did not answer a batch within 30 seconds. What was removed by then stays removed, and
    /// sweeping again removes the rest.
    pub async fn sweep(&self) -> Result<u64, Error> {
        let mut removed = 0;
        self.remove_batches(&mut removed).await?;
        Ok(removed)
    }

    /// Sweeps again and again for as long as the future is polled: it is meant to be spawned, and never ends by itself. It
    /// needs a tokio runtime with time enabled.
    ///
    /// `interval` is the time from the end of a sweep to the next: 1 second to 24 hours. A minute suits most; the longer it
    /// is, the more that has ended lies around. So that nodes which start together do not sweep together, the first sweep
    /// comes at a random moment of the first interval, and each later interval is up to a tenth shorter or longer.
    ///
    /// A sweep that failed is begun again after a second, then after two, four and so on up to 5 minutes, by chance up to
    /// half of that earlier. One that removed something before it failed begins with a second again. The log has one
    /// warning when sweeps begin to fail, and one line when they succeed again.
    ///
    /// # Errors
    ///
    /// When `interval` is out of its bounds, or the operating system has no random numbers to give.
    pub fn sweep_every(
        self,
        interval: Duration,
    ) -> Result<impl Future<Output = Infallible> + Send + 'static, ConfigError> {
        if !(SHORTEST_INTERVAL..=LONGEST_INTERVAL).contains(&interval) {
            return Err(ConfigError::Bounds {
                setting: "the interval between sweeps",
                value: format!("{interval:?}"),
                bounds: "1 second to 24 hours",
            });
        }
        let pauses = Pauses::new(interval)?;
        Ok(self.keep_sweeping(pauses))
    }

    async fn keep_sweeping(self, pauses: Pauses) -> Infallible {
        let mut failures = 0_u32;
        let mut pause = pauses.before_the_first_sweep();
        loop {
            sleep(pause).await;
            let mut removed = 0;
            pause = match self.remove_batches(&mut removed).await {
                Ok(()) => {
                    if failures > 0 {
                        tracing::info!(target: TARGET, "ended sessions are cleaned up again");
                    }
                    failures = 0;
                    pauses.between_sweeps()
                }
                Err(error) => {
                    if failures == 0 {
                        warn_of(&error);
                    }
                    failures = if removed > 0 { 1 } else { failures.saturating_add(1) };
                    pauses.after(failures)
                }
            };
        }
    }

    /// Counts while it goes, for a failure does not undo what was removed before it.
    async fn remove_batches(&self, removed: &mut u64) -> Result<(), Error> {
        let now = self.clock.now();
        loop {
            let began_at = Instant::now();
            let batch = self.store.delete_expired(self.batch, now);
            match Deadline::new(LONGEST_BATCH).bound(batch).await {
                Some(Ok(0)) => break,
                Some(Ok(some)) => *removed = removed.saturating_add(some),
                Some(Err(error)) => return Err(error.into()),
                None => return Err(Error::TimedOut(LONGEST_BATCH)),
            }
            rest(began_at.elapsed().max(SHORTEST_REST)).await;
        }
        if *removed > 0 {
            tracing::debug!(target: TARGET, removed, "ended sessions cleaned up");
        }
        Ok(())
    }
}

/// Outside a tokio runtime there is no timer: others get their turn, and that is all.
async fn rest(pause: Duration) {
    if Handle::try_current().is_ok() {
        sleep(pause).await;
    } else {
        yield_now().await;
    }
}

fn warn_of(error: &Error) {
    let error: &dyn std::error::Error = error;
    tracing::warn!(target: TARGET, error, "ended sessions can't be cleaned up, trying again");
}
