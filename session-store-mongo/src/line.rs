//! Who may send a command, and when.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use crate::failure::Failure;
use crate::outage::{Attempt, Outage};

/// The time that a command needs at least.
const LEAST_LEFT: Duration = Duration::from_millis(2);

/// Callers wait here for a connection, in the order of coming.
///
/// The driver has a line of its own. That one keeps the places of those who have left, and moves on by one place when somebody comes or
/// goes: after a time in which many left it holds up the others for as long again. Besides, whoever has no connection in time is known to have
/// sent nothing.
#[derive(Debug)]
pub(crate) struct Line {
    /// A place for each connection of the store's own.
    connections: Option<Semaphore>,
    pub(crate) outage: Outage,
}

/// What a caller has who may send a command, until the driver has its connection back.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    pub(crate) attempt: Attempt<'a>,
    _connection: Option<SemaphorePermit<'a>>,
}

impl Line {
    /// For so many connections, or as many as the driver has.
    pub(crate) fn new(connections: Option<u32>) -> Self {
        Self {
            connections: connections.map(|connections| Semaphore::new(connections as usize)),
            outage: Outage::default(),
        }
    }

    /// How many commands can be sent at once, as long as nobody sends any.
    pub(crate) fn free(&self) -> usize {
        self.connections
            .as_ref()
            .map_or(usize::MAX, Semaphore::available_permits)
    }

    /// Waits for a place until `end`. The caller is told of the whole time, `limit`.
    pub(crate) async fn place(&self, end: Instant, limit: Duration) -> Result<Place<'_>, Failure> {
        self.outage.check()?;
        let connection = match &self.connections {
            Some(connections) => Some(one_of(connections, end, limit).await?),
            None => None,
        };
        Ok(Place {
            attempt: self.outage.claim_attempt()?,
            _connection: connection,
        })
    }
}

async fn one_of(connections: &Semaphore, end: Instant, limit: Duration) -> Result<SemaphorePermit<'_>, Failure> {
    if let Ok(connection) = connections.try_acquire() {
        return Ok(connection);
    }
    // Whoever gets one later could only begin.
    let latest = end.checked_sub(LEAST_LEFT).unwrap_or(end);
    let connection = timeout_at(latest, connections.acquire()).await;
    let connection = connection.ok().and_then(Result::ok);
    let connection = connection.filter(|_| Instant::now() < latest);
    connection.ok_or_else(|| Failure::no_connection(limit))
}
