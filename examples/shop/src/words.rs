//! Times in human words.

use session_kit::Moment;

/// How long ago `moment` was, in one unit.
pub(crate) fn ago(moment: Moment, now: Moment) -> String {
    let minutes = now.since(moment).as_secs() / 60;
    match minutes {
        0 => "just now".to_owned(),
        1..60 => count(minutes, "minute"),
        60..1_440 => count(minutes / 60, "hour"),
        _ => count(minutes / 1_440, "day"),
    }
}

fn count(number: u64, unit: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn time_is_told_in_the_largest_unit_that_has_passed() {
        let now = Moment::from_millis(1_000_000_000_000);
        for (seconds, words) in [
            (0, "just now"),
            (59, "just now"),
            (60, "1 minute ago"),
            (59 * 60 + 59, "59 minutes ago"),
            (60 * 60, "1 hour ago"),
            (47 * 60 * 60, "1 day ago"),
            (48 * 60 * 60, "2 days ago"),
        ] {
            assert_eq!(ago(now - Duration::from_secs(seconds), now), words);
        }
        assert_eq!(ago(now + Duration::from_secs(5), now), "just now");
    }
}
