//! How long a session lives: the policy that an application sets, and the limits that a record keeps.

use std::time::Duration;

use crate::clock::Moment;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest life of a session and its cookie: what browsers cap Max-Age at (RFC 6265bis section 5.5).
pub(crate) const LONGEST: Duration = Duration::from_secs(400 * 24 * 60 * 60);
const SHORTEST: Duration = Duration::from_secs(1);

/// How long sessions live: an idle limit, an absolute limit, and whether the cookie outlives the browser.
///
/// Both limits are kept in the session's record and enforced on the server (NIST SP 800-63B-4 section 5.1.1: the cookie's
/// own expiry is not relied on). The idle limit counts from the last request that read or wrote the session; the absolute
/// one from when the session was created, or when somebody signed in to it or out of it.
///
/// # Defaults
///
/// - idle 30 minutes: a visitor who is away for longer starts anew. At most one touch is written per tenth of it;
/// - absolute 24 hours: everyone signs in again once a day;
/// - the cookie's Max-Age runs to the absolute end, so the session survives a restart of the browser.
///
/// ```
/// use session_core::Expiry;
/// use std::time::Duration;
///
/// let remember_me = Expiry::new().idle(Duration::from_secs(14 * 86_400)).absolute(Duration::from_secs(90 * 86_400));
/// assert!(remember_me.check().is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Expiry {
    idle: Option<Duration>,
    absolute: Duration,
    cookie: CookieLifetime,
}

/// Whether a browser keeps the cookie when it closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CookieLifetime {
    ToTheAbsoluteEnd,
    UntilTheBrowserCloses,
}

impl Expiry {
    /// The defaults: idle 30 minutes, absolute 24 hours, a cookie that survives a restart of the browser.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            idle: Some(Duration::from_secs(30 * 60)),
            absolute: DAY,
            cookie: CookieLifetime::ToTheAbsoluteEnd,
        }
    }

    /// For low-risk applications by the OWASP Session Management Cheat Sheet ("Session Expiration"): idle 30 minutes,
    /// absolute 8 hours, a cookie that ends with the browser.
    #[must_use]
    pub const fn owasp_low_risk() -> Self {
        Self::preset(Some(Duration::from_secs(30 * 60)), Duration::from_secs(8 * 60 * 60))
    }

    /// For high-value applications by the OWASP Session Management Cheat Sheet ("Session Expiration"): idle 5 minutes,
    /// absolute 4 hours, a cookie that ends with the browser.
    #[must_use]
    pub const fn owasp_high_value() -> Self {
        Self::preset(Some(Duration::from_secs(5 * 60)), Duration::from_secs(4 * 60 * 60))
    }

    /// Authentication assurance level 1 of NIST SP 800-63B-4 (section 2.1.3): absolute 30 days, no idle limit, a cookie that
    /// ends with the browser (section 5.1).
    #[must_use]
    pub const fn nist_aal1() -> Self {
        Self::preset(None, Duration::from_secs(30 * 24 * 60 * 60))
    }

    /// Authentication assurance level 2 of NIST SP 800-63B-4 (section 2.2.3): absolute 24 hours, idle 1 hour, a cookie that
    /// ends with the browser (section 5.1).
    #[must_use]
    pub const fn nist_aal2() -> Self {
        Self::preset(Some(HOUR), DAY)
    }

    /// Authentication assurance level 3 of NIST SP 800-63B-4 (section 2.3.3): absolute 12 hours, idle 15 minutes, a cookie
    /// that ends with the browser (section 5.1).
    #[must_use]
    pub const fn nist_aal3() -> Self {
        Self::preset(Some(Duration::from_secs(15 * 60)), Duration::from_secs(12 * 60 * 60))
    }

    const fn preset(idle: Option<Duration>, absolute: Duration) -> Self {
        Self {
            idle,
            absolute,
            cookie: CookieLifetime::UntilTheBrowserCloses,
        }
    }

    /// Ends a session that was not used for this long: 1 second up to the absolute limit. Default 30 minutes.
    #[must_use]
    pub const fn idle(mut self, idle: Duration) -> Self {
        self.idle = Some(idle);
        self
    }

    /// No idle limit: a session lives to its absolute end, and no touch is ever written.
    #[must_use]
    pub const fn without_idle_limit(mut self) -> Self {
        self.idle = None;
        self
    }

    /// Ends a session this long after it began: 1 second to 400 days. Default 24 hours.
    #[must_use]
    pub const fn absolute(mut self, absolute: Duration) -> Self {
        self.absolute = absolute;
        self
    }

    /// The browser forgets the cookie when it closes (Express: `cookie.maxAge` unset). The server's limits stay.
    #[must_use]
    pub const fn until_the_browser_closes(mut self) -> Self {
        self.cookie = CookieLifetime::UntilTheBrowserCloses;
        self
    }

    /// Whether these limits are possible. The manager and [`Session::set_expiry`](crate::Session::set_expiry) check too.
    ///
    /// # Errors
    ///
    /// When a limit is out of its bounds.
    pub fn check(&self) -> Result<(), InvalidExpiry> {
        if self.absolute < SHORTEST || self.absolute > LONGEST {
            return Err(InvalidExpiry::Absolute(self.absolute));
        }
        match self.idle {
            Some(idle) if idle < SHORTEST || idle > self.absolute => Err(InvalidExpiry::Idle {
                idle,
                absolute: self.absolute,
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// The limits of a session that begins at `began_at`.
    pub(crate) fn limits(&self, began_at: Moment) -> Limits {
        Limits {
            idle: self.idle,
            absolute_end: began_at + self.absolute,
            cookie: self.cookie,
        }
    }
}

impl Default for Expiry {
    fn default() -> Self {
        Self::new()
    }
}

/// Limits that no session can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidExpiry {
    /// The absolute limit.
    #[error("the absolute limit is {0:?}, needs 1 second to 400 days")]
    Absolute(Duration),
    /// The idle limit.
    #[error("the idle limit is {idle:?}, needs 1 second up to the absolute limit of {absolute:?}")]
    Idle {
        /// The idle limit.
        idle: Duration,
        /// The absolute limit.
        absolute: Duration,
    },
}

/// One session's own limits, as its record keeps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) idle: Option<Duration>,
    pub(crate) absolute_end: Moment,
    pub(crate) cookie: CookieLifetime,
}

impl Limits {
    /// The end of a session that was last seen at `last_seen_at`.
    pub(crate) fn expires_at(&self, last_seen_at: Moment) -> Moment {
        self.idle
            .map_or(self.absolute_end, |idle| self.absolute_end.min(last_seen_at + idle))
    }

    /// Whether the sliding end is old enough to be written again: after a tenth of the idle time and, so that the requests
    /// of one page do not all come at once, up to a twentieth more, drawn from `jitter`.
    pub(crate) fn is_touch_due(&self, last_seen_at: Moment, now: Moment, jitter: u64) -> bool {
        let Some(idle) = self.idle else { return false };
        let tenth = idle / 10;
        let extra = (tenth / 2).saturating_mul(u32::from(jitter.to_be_bytes()[0])) / 256;
        (last_seen_at + tenth + extra).has_passed(now) && self.expires_at(now) > self.expires_at(last_seen_at)
    }

    /// When the browser forgets the cookie if the session is not used again; `None`: when it closes.
    #[cfg(feature = "express")]
    pub(crate) fn cookie_end(&self, now: Moment) -> Option<Moment> {
        match self.cookie {
            CookieLifetime::ToTheAbsoluteEnd => Some(self.expires_at(now)),
            CookieLifetime::UntilTheBrowserCloses => None,
        }
    }

    /// The cookie's Max-Age in whole seconds, rounded up; `None`: the browser forgets it when it closes.
    pub(crate) fn max_age(&self, now: Moment) -> Option<u64> {
        match self.cookie {
            CookieLifetime::ToTheAbsoluteEnd => {
                let left = self.absolute_end.since(now);
                Some(left.as_secs() + u64::from(left.subsec_nanos() > 0))
            }
            CookieLifetime::UntilTheBrowserCloses => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const START: Moment = Moment::from_millis(1_000_000);

    #[test]
    fn presets_and_defaults_are_possible() {
        for expiry in [
            Expiry::default(),
            Expiry::owasp_low_risk(),
            Expiry::owasp_high_value(),
            Expiry::nist_aal1(),
            Expiry::nist_aal2(),
            Expiry::nist_aal3(),
        ] {
            assert_eq!(expiry.check(), Ok(()));
        }
    }

    #[test]
    fn limits_out_of_bounds_are_refused() {
        for bad in [
            Expiry::new().absolute(Duration::ZERO),
            Expiry::new().absolute(LONGEST + SHORTEST),
            Expiry::new().idle(Duration::from_millis(999)),
            Expiry::new().idle(DAY + SHORTEST),
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_end_is_the_nearer_of_idle_and_absolute() {
        let limits = Expiry::new().idle(HOUR).absolute(HOUR * 3).limits(START);
        assert_eq!(limits.expires_at(START), START + HOUR);
        assert_eq!(limits.expires_at(START + HOUR * 5 / 2), START + HOUR * 3);
    }

    #[test]
    fn a_touch_is_due_between_a_tenth_and_three_twentieths_of_the_idle_time() {
        let limits = Expiry::new().idle(HOUR).limits(START);
        for jitter in [0, u64::MAX, 1 << 60] {
            assert!(!limits.is_touch_due(START, START + MINUTE * 6 - Duration::from_millis(1), jitter));
            assert!(limits.is_touch_due(START, START + MINUTE * 9, jitter));
        }
        assert!(limits.is_touch_due(START, START + MINUTE * 6, 0));
        assert!(!limits.is_touch_due(START, START + MINUTE * 6, u64::MAX));
    }

    #[test]
    fn no_touch_is_due_where_it_would_not_move_the_end() {
        let limits = Expiry::new().idle(HOUR).absolute(HOUR).limits(START);
        assert!(!limits.is_touch_due(START, START + MINUTE * 30, 0));
        assert!(!Expiry::nist_aal1().limits(START).is_touch_due(START, START + DAY, 0));
    }

    #[test]
    fn the_cookie_lives_no_shorter_than_the_session() {
        let limits = Expiry::new().absolute(HOUR).idle(MINUTE).limits(START);
        assert_eq!(limits.max_age(START), Some(3600));
        assert_eq!(limits.max_age(START + Duration::from_millis(1)), Some(3600));
        assert_eq!(
            Expiry::new().until_the_browser_closes().limits(START).max_age(START),
            None
        );
    }
}
