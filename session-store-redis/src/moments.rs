//! Moments as Redis takes them.

use std::time::Duration;

use session_core::Moment;

/// For how long Redis keeps what has ended: clocks of nodes differ, and an ended record must not vanish before the last
/// of them sees its end. The end itself is in the record.
const GRACE: Duration = Duration::from_secs(60);
/// Redis takes no time to live that ends after the year 292 million.
const LONGEST: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

/// The end that an owner's index is told: as much later as there is left, so that it has to be told seldom.
pub(crate) fn told(expires_at: Moment, now: Moment) -> Moment {
    expires_at + expires_at.since(now)
}

/// For how long Redis is to keep what ends at `until`, in milliseconds. It is counted from the `now` that was handed in, so that
/// a clock that is wrong, or not a clock, removes nothing early.
pub(crate) fn time_to_live(until: Moment, now: Moment) -> Vec<u8> {
    let left = until.since(now).min(LONGEST) + GRACE;
    left.as_millis().to_string().into_bytes()
}

/// A moment as the score of a sorted set, within what can be a time to live.
pub(crate) fn score(moment: Moment, now: Moment) -> Vec<u8> {
    decimal(moment.min(now + LONGEST))
}

pub(crate) fn decimal(moment: Moment) -> Vec<u8> {
    moment.as_millis().to_string().into_bytes()
}

pub(crate) fn optional(moment: Option<Moment>) -> Vec<u8> {
    moment.map(decimal).unwrap_or_default()
}
