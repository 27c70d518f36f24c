//! What time it is, and the one place that asks the system.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Arithmetic saturates, so that no duration, however long, can wrap a limit around.
///
/// ```
/// use session_core::Moment;
/// use std::time::Duration;
///
/// let noon = Moment::from_millis(43_200_000);
/// assert!(noon + Duration::from_secs(1) > noon);
/// assert_eq!(noon - Duration::MAX, Moment::from_millis(0));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(u64);

impl Moment {
    /// The last moment that every store can hold: `i64::MAX` milliseconds.
    pub const MAX: Self = Self(i64::MAX.unsigned_abs());

    /// The moment `millis` milliseconds after 1970-01-01T00:00:00Z, at most [`Moment::MAX`].
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        if millis > Self::MAX.0 { Self::MAX } else { Self(millis) }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, at most `i64::MAX`.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Whether something that ends at this moment has ended by `now`: an end is exclusive.
    ///
    /// Every limit of a session is compared here and nowhere else.
    #[must_use]
    pub const fn has_passed(self, now: Self) -> bool {
        self.0 <= now.0
    }

    /// How long it is from `earlier` to here; zero where `earlier` is the later one.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(to_millis(duration)))
    }
}

impl Sub<Duration> for Moment {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(to_millis(duration)))
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ms", self.0)
    }
}

/// Where the time comes from.
///
/// Core asks it once when a request opens and once when it commits; stores are handed the answer. A clock that runs
/// backwards does no harm beyond limits that are late by as much.
///
/// ```
/// use session_core::{Clock, Moment};
///
/// #[derive(Debug)]
/// struct AlwaysNoon;
///
/// impl Clock for AlwaysNoon {
///     fn now(&self) -> Moment {
///         Moment::from_millis(43_200_000)
///     }
/// }
/// ```
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Moment;
}

/// The system's own clock. A system time before 1970 reads as 1970.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one clock")]
    fn now(&self) -> Moment {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(Moment::default(), |elapsed| Moment::from_millis(to_millis(elapsed)))
    }
}

fn to_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_exclusive() {
        let end = Moment::from_millis(100);
        assert!(!end.has_passed(Moment::from_millis(99)));
        assert!(end.has_passed(Moment::from_millis(100)));
    }

    #[test]
    fn no_duration_wraps_a_moment() {
        let now = SystemClock.now();
        assert_eq!(now + Duration::MAX, Moment::MAX);
        assert_eq!(Moment::from_millis(u64::MAX), Moment::MAX);
        assert_eq!(Moment::default().since(now), Duration::ZERO);
    }
}
