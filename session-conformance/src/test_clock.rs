//! A clock that stands still until it is moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use session_core::{Clock, Moment, SystemClock};

/// A [`Clock`] for tests: it stands still until it is moved. Clones show the same time.
///
/// It begins at the real time, because some engines forget by their own clock.
///
/// ```
/// use std::time::Duration;
///
/// use session_conformance::{ReferenceStore, TestClock};
/// use session_core::{Clock, SessionManager, SigningKeys};
///
/// let clock = TestClock::new();
/// let manager = SessionManager::builder(ReferenceStore::new(), SigningKeys::generate()?)
///     .clock(clock.clone())
///     .build()?;
/// let before = clock.now();
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), before + Duration::from_secs(60));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicU64>);

impl TestClock {
    /// A clock that goes on showing the time at which it was made.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(AtomicU64::new(SystemClock.now().as_millis())))
    }

    /// Moves it forward, in whole milliseconds.
    pub fn advance(&self, duration: Duration) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::from_millis(self.0.load(Ordering::SeqCst))
    }
}
