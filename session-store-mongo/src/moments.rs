//! Moments as MongoDB has them.

use std::time::Duration;

use mongodb::bson::DateTime;
use session_core::{Clock as _, Moment, SystemClock};

/// For how long MongoDB keeps what has ended. The database's clock and those of nodes differ, and an ended record must not
/// vanish before the last of them sees its end. Marks and tombstones outlive every operation that could be under way.
const GRACE: Duration = Duration::from_secs(60 * 60);
/// Removals are due at whole steps of this, so that most writes to a session leave its entry in the index as it is.
const STEP: u64 = 10 * 60 * 1000;

/// The date of a moment. Every moment has one.
pub(crate) const fn date(moment: Moment) -> DateTime {
    DateTime::from_millis(moment.as_millis().cast_signed())
}

/// When MongoDB may remove what ends at `until`.
///
/// The TTL monitor goes by the database's clock, and `now` may come from a clock of the application's own. So it is counted
/// from the real time: the end itself is judged by `now` alone.
pub(crate) fn removal(until: Moment, now: Moment) -> DateTime {
    let earliest = SystemClock.now() + until.since(now) + GRACE;
    date(Moment::from_millis(
        earliest.as_millis().div_ceil(STEP).saturating_mul(STEP),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_comes_after_the_end_by_the_real_clock() {
        let (invented, life) = (Moment::from_millis(1_000), Duration::from_secs(60));
        let earliest = SystemClock.now() + life + GRACE;
        let removal = removal(invented + life, invented);
        let latest = SystemClock.now() + life + GRACE + Duration::from_millis(STEP);
        assert!(removal >= date(earliest) && removal <= date(latest), "{removal}");
        assert_eq!(removal.timestamp_millis().cast_unsigned() % STEP, 0);
    }

    #[test]
    fn what_never_ends_is_never_removed() {
        let now = SystemClock.now();
        assert_eq!(removal(Moment::MAX, Moment::default()), date(Moment::MAX));
        assert!(removal(Moment::MAX, now) > date(now + Duration::from_secs(1 << 40)));
    }

    #[test]
    fn what_ended_long_ago_is_kept_for_a_while() {
        let now = SystemClock.now();
        assert!(removal(Moment::default(), now) >= date(now + GRACE));
    }
}
