//! One server: its connections, and what happens while it is away.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use arc_swap::ArcSwapOption;
use redis::{Cmd, ConnectionInfo, Value};

use crate::connection::{Connection, ConnectionSettings, Generation};
use crate::failure::{Failure, Refusal};
use crate::near_cache::keep_proving;
use crate::number_of_thread::number_of_thread;
use crate::outage::Outage;
use crate::sentinel::Sentinel;
use crate::surrounded::{self, Replicas};

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
    outage: Outage,
}

/// A place for a connection.
#[derive(Default)]
struct Lane {
    connection: ArcSwapOption<Connection>,
    opening: tokio::sync::Mutex<()>,
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
            outage: Outage::default(),
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
                self.outage.suspect(&self.place, reason);
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
        self.outage.check()?;
        let _turn = lane.opening.lock().await;
        if let Some(connection) = Self::usable(lane) {
            return Ok(connection);
        }
        // Twice, as Sentinels may have to be asked first.
        self.outage.claim_attempt(self.settings.connect_timeout * 2)?;
        match self.open().await {
            Ok(connection) => {
                self.outage.end(&self.place);
                let connection = Arc::new(connection);
                lane.connection.store(Some(Arc::clone(&connection)));
                keep_proving(&connection, &self.settings);
                Ok(connection)
            }
            Err(refusal) => Err(self.outage.begin(&self.place, refusal)),
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
}
