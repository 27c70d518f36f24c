//! Connections that are at rest.

use std::time::Duration;

use tokio::time::Instant;

/// For how long a connection that has rested is believed to be alive without asking.
const TRUSTED: Duration = Duration::from_secs(1);

/// How long a connection may rest before it is closed: less than what firewalls and proxies commonly allow.
const LONGEST_REST: Duration = Duration::from_secs(240);

/// How long a connection is used, about: so that nodes follow when servers or their addresses change.
const LONGEST_LIFE: Duration = Duration::from_secs(30 * 60);

/// A connection and what is known of it.
#[derive(Debug)]
pub(super) struct Live<C> {
    pub(super) connection: C,
    /// When it is to be closed.
    retires_at: Instant,
}

impl<C> Live<C> {
    pub(super) fn new(connection: C) -> Self {
        // Those that were opened together are not closed together.
        let life = LONGEST_LIFE.mul_f64(0.9 + 0.2 * fastrand::f64());
        Self {
            connection,
            retires_at: Instant::now() + life,
        }
    }
}

/// The connections that nobody uses. The one that came last is the first to go, so that those that are too many come to rest.
#[derive(Debug)]
pub(super) struct Idle<C> {
    resting: Vec<(Live<C>, Instant)>,
    /// What has rested since before is not believed to be alive: another connection failed then.
    distrusted_at: Option<Instant>,
}

impl<C> Idle<C> {
    pub(super) const fn new() -> Self {
        Self {
            resting: Vec::new(),
            distrusted_at: None,
        }
    }

    /// A connection, and whether it is believed to be alive.
    pub(super) fn take(&mut self, now: Instant) -> Option<(Live<C>, bool)> {
        let (live, since) = self.resting.pop()?;
        let is_distrusted = self.distrusted_at.is_some_and(|at| since <= at);
        Some((live, !is_distrusted && now.saturating_duration_since(since) < TRUSTED))
    }

    /// Takes a connection back, and answers one that has to be closed.
    pub(super) fn put(&mut self, live: Live<C>) -> Option<Live<C>> {
        let now = Instant::now();
        if live.retires_at <= now {
            return Some(live);
        }
        self.resting.push((live, now));
        let (_, longest) = self.resting.first()?;
        if *longest + LONGEST_REST > now {
            return None;
        }
        Some(self.resting.remove(0).0)
    }

    pub(super) fn distrust(&mut self) {
        self.distrusted_at = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn taken(idle: &mut Idle<u8>) -> Option<(u8, bool)> {
        idle.take(Instant::now())
            .map(|(live, is_trusted)| (live.connection, is_trusted))
    }

    #[tokio::test(start_paused = true)]
    async fn what_came_last_goes_first_and_is_trusted_for_a_second() {
        let mut idle = Idle::new();
        assert!(idle.put(Live::new(1)).is_none());
        advance(TRUSTED).await;
        assert!(idle.put(Live::new(2)).is_none());
        assert_eq!(taken(&mut idle), Some((2, true)));
        assert_eq!(taken(&mut idle), Some((1, false)));
        assert_eq!(taken(&mut idle), None);
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_failure_only_what_came_back_later_is_trusted() {
        let mut idle = Idle::new();
        assert!(idle.put(Live::new(1)).is_none());
        idle.distrust();
        advance(Duration::from_millis(1)).await;
        assert!(idle.put(Live::new(2)).is_none());
        assert_eq!(taken(&mut idle), Some((2, true)));
        assert_eq!(taken(&mut idle), Some((1, false)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_rested_too_long_or_is_too_old_is_closed() {
        let mut idle = Idle::new();
        assert!(idle.put(Live::new(1)).is_none());
        advance(LONGEST_REST).await;
        assert_eq!(idle.put(Live::new(2)).map(|live| live.connection), Some(1));
        let (live, _) = idle.take(Instant::now()).unwrap();
        advance(LONGEST_LIFE.mul_f64(1.1)).await;
        assert_eq!(idle.put(live).map(|live| live.connection), Some(2));
    }
}
