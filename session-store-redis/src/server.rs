//! One server: its connections, and what happens while it is away.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use redis::{Cmd, ConnectionInfo, Value};
use tokio::time::Instant;

use crate::connection::{Connection, ConnectionSettings, Generation};
use crate::failure::{Failure, Refusal};
use crate::near_cache::keep_proving;
use crate::number_of_thread::number_of_thread;
use crate::sentinel::Sentinel;
use crate::surrounded::{self, Replicas};

const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Where a server is.
pub(crate) enum Place {
    Fixed(ConnectionInfo),
    Sentinel(Sentinel),
}

/// What a command needs of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// It reads, or is of no consequence when it is lost.
    Read,
    /// It writes, and waits for replicas where that is asked for.
    Write,
}

/// Whether a slot is asked for that the server is about to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    No,
    Yes,
}

/// One server and the connections to it: each thread uses its own as far as there are enough.
///
/// Connections are opened when they are first needed. While the server is away, calls fail at once with the reason for
/// which the last attempt failed; from time to time one of them tries again.
pub(crate) struct Server {
    place: Place,
    settings: ConnectionSettings,
    replicas: Option<Replicas>,
    lanes: Box<[Lane]>,
    /// Writes that wait for replicas block their connection, so they have some of their own.
    waiting_lanes: Box<[Lane]>,
    /// Counts the times at which all connections were given up together.
    generation: Arc<AtomicU64>,
    outage: Mutex<Option<Outage>>,
}

/// A place for a connection.
#[derive(Default)]
struct Lane {
    connection: ArcSwapOption<Connection>,
    opening: tokio::sync::Mutex<()>,
}

struct Outage {
    attempts: u32,
    retry_at: Instant,
    reason: Arc<Refusal>,
}

impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Server")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(info) => write!(formatter, "{}", info.addr()),
            Self::Sentinel(sentinel) => sentinel.fmt(formatter),
        }
    }
}

impl Server {
    pub(crate) fn new(
        place: Place,
        settings: ConnectionSettings,
        connections: usize,
        replicas: Option<Replicas>,
    ) -> Arc<Self> {
        let lanes = |count| std::iter::repeat_with(Lane::default).take(count).collect();
        Arc::new(Self {
            place,
            settings,
            replicas,
            lanes: lanes(connections),
            waiting_lanes: lanes(if replicas.is_some() { connections } else { 0 }),
            generation: Arc::default(),
            outage: Mutex::new(None),
        })
    }

    /// Sends a command and awaits its answer.
    pub(crate) async fn call(
        self: &Arc<Self>,
        command: &Cmd,
        access: Access,
        asking: Asking,
    ) -> Result<Value, Failure> {
        let replicas = self.replicas.filter(|_| access == Access::Write);
        let lanes = if replicas.is_some() {
            &self.waiting_lanes
        } else {
            &self.lanes
        };
        let connection = self.connection(lanes).await?;
        let outcome = match (replicas, asking) {
            (None, Asking::No) => connection.call(command).await,
            (replicas, asking) => surrounded::call(&connection, command, asking, replicas).await,
        };
        if replicas.is_some() && outcome.as_ref().is_err_and(Failure::is_late) {
            // Missing replicas keep those waiting who are behind on the same connection. It says nothing about the server.
            return outcome;
        }
        self.mind(&connection, outcome)
    }

    /// The connection that this thread reads over.
    pub(crate) async fn reader(self: &Arc<Self>) -> Result<Arc<Connection>, Failure> {
        self.connection(&self.lanes).await
    }

    /// Takes note of what a failure says about the server.
    pub(crate) fn mind<T>(&self, connection: &Connection, outcome: Result<T, Failure>) -> Result<T, Failure> {
        if let Err(failure) = &outcome
            && (failure.is_read_only() || connection.is_broken())
        {
            // The server may be another one by now.
            let is_first = connection.generation.end();
            if let (true, Failure::Lost(reason)) = (is_first && failure.is_late(), failure) {
                self.suspect(reason);
            }
        }
        outcome
    }

    /// Gives up the connections of today.
    pub(crate) fn reconnect(&self) {
        self.generation().end();
    }

    async fn connection(self: &Arc<Self>, lanes: &[Lane]) -> Result<Arc<Connection>, Failure> {
        let lane = lanes.get(number_of_thread() % lanes.len().max(1));
        let lane = lane.ok_or_else(|| Failure::NotSent(Arc::new(Refusal::NoMaster)))?;
        match Self::usable(lane) {
            Some(connection) => Ok(connection),
            // Boxed, as it is rare: every operation's future would have room for it.
            None => Box::pin(self.reopen(lane)).await,
        }
    }

    async fn reopen(self: &Arc<Self>, lane: &Lane) -> Result<Arc<Connection>, Failure> {
        self.fail_during_outage()?;
        let _turn = lane.opening.lock().await;
        if let Some(connection) = Self::usable(lane) {
            return Ok(connection);
        }
        self.claim_attempt()?;
        match self.open().await {
            Ok(connection) => {
                self.end_outage();
                let connection = Arc::new(connection);
                lane.connection.store(Some(Arc::clone(&connection)));
                keep_proving(&connection, &self.settings);
                Ok(connection)
            }
            Err(refusal) => Err(Failure::NotSent(self.note_outage(refusal))),
        }
    }

    async fn open(self: &Arc<Self>) -> Result<Connection, Refusal> {
        match &self.place {
            Place::Fixed(info) => Connection::open(info, &self.settings, self.generation()).await,
            Place::Sentinel(sentinel) => {
                let info = sentinel.master(&self.settings, self).await?;
                Connection::open(&info, &self.settings, self.generation()).await
            }
        }
    }

    fn generation(&self) -> Generation {
        Generation::of(&self.generation)
    }

    fn usable(lane: &Lane) -> Option<Arc<Connection>> {
        let connection = lane.connection.load_full()?;
        (!connection.is_broken()).then_some(connection)
    }

    /// Fails with the reason for which the last attempt failed, until it is time for another.
    fn fail_during_outage(&self) -> Result<(), Failure> {
        match &*self.outage() {
            Some(outage) if Instant::now() < outage.retry_at => Err(outage.failure()),
            Some(_) | None => Ok(()),
        }
    }

    /// Lets one attempt pass; during an outage the others go on failing while it is under way.
    fn claim_attempt(&self) -> Result<(), Failure> {
        let now = Instant::now();
        match &mut *self.outage() {
            Some(outage) if now < outage.retry_at => Err(outage.failure()),
            Some(outage) => {
                outage.retry_at = now + self.settings.connect_timeout;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// A server that did not answer in time may take long to be reached, too: one call tries, and the others do not wait for it.
    fn suspect(&self, reason: &Arc<Refusal>) {
        let mut outage = self.outage();
        if outage.is_none() {
            self.warn_of(reason);
            *outage = Some(Outage {
                attempts: 0,
                retry_at: Instant::now(),
                reason: Arc::clone(reason),
            });
        }
    }

    fn note_outage(&self, refusal: Refusal) -> Arc<Refusal> {
        let reason = Arc::new(refusal);
        let mut outage = self.outage();
        let attempts = outage.as_ref().map_or(0, |outage| outage.attempts.saturating_add(1));
        if attempts == 0 {
            self.warn_of(&reason);
        }
        *outage = Some(Outage {
            attempts,
            retry_at: Instant::now() + pause_after(attempts),
            reason: Arc::clone(&reason),
        });
        reason
    }

    fn warn_of(&self, reason: &Refusal) {
        let error: &(dyn std::error::Error + 'static) = reason;
        tracing::warn!(target: "session_kit", server = ?self.place, error, "the session store is away");
    }

    fn end_outage(&self) {
        if self.outage().take().is_some() {
            tracing::info!(target: "session_kit", server = ?self.place, "the session store is back");
        }
    }

    fn outage(&self) -> std::sync::MutexGuard<'_, Option<Outage>> {
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outage {
    fn failure(&self) -> Failure {
        Failure::NotSent(Arc::clone(&self.reason))
    }
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
