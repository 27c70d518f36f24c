//! Connections that the store opens itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::Connection as _;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::engine::{Engine, Options};
use crate::failure::Failure;
use crate::limits::Limits;

use super::idle::{Idle, Live};
use super::lease::Lease;

/// At most so many connections, opened when they are needed; whoever waits for one gets it in the order of coming.
///
/// A pool of the driver asks each connection whether it is alive before or after each use. These are asked only where there is
/// reason to: after a rest of a second, or when another one has failed.
pub(super) struct Own<E: Engine> {
    options: Options<E>,
    limits: Limits,
    permits: Semaphore,
    idle: Mutex<Idle<E::Connection>>,
}

impl<E: Engine> Own<E> {
    pub(super) fn new(options: Options<E>, limits: Limits) -> Self {
        Self {
            options,
            limits,
            permits: Semaphore::new(limits.connections),
            idle: Mutex::new(Idle::new()),
        }
    }

    /// A connection. Whoever waits for one gets one that has just been used, so `now` may be when the waiting began.
    pub(super) async fn lease(&self, now: Instant) -> Result<Lease<'_, E>, Failure> {
        let permit = self.permits.acquire().await.map_err(|_| Failure::closed())?;
        let resting = self.idle().take(now);
        let live = match resting {
            Some((live, true)) => live,
            // In a box of its own: connecting is rare, and would make every operation's future many times as large.
            resting => Box::pin(self.revive(resting.map(|(live, _)| live))).await?,
        };
        Ok(Lease::own(live, self, permit))
    }

    /// A connection that is alive: this one, another one that rests, or else a new one.
    async fn revive(&self, mut resting: Option<Live<E::Connection>>) -> Result<Live<E::Connection>, Failure> {
        let limit = self.limits.connect_timeout;
        while let Some(mut live) = resting {
            match timeout(limit, live.connection.ping()).await {
                Ok(Ok(())) => return Ok(live),
                Ok(Err(_)) | Err(_) => self.distrust(),
            }
            let next = self.idle().take(Instant::now());
            resting = match next {
                Some((live, true)) => return Ok(live),
                next => next.map(|(live, _)| live),
            };
        }
        match timeout(limit, E::connect(&self.options, self.limits.response_timeout)).await {
            Ok(Ok(connection)) => Ok(Live::new(connection)),
            Ok(Err(error)) => Err(Failure::not_connected(error)),
            Err(_) => Err(Failure::no_connection_within(limit)),
        }
    }

    pub(super) fn put(&self, live: Live<E::Connection>) {
        let retired = self.idle().put(live);
        // A lease can be dropped where no runtime is any more.
        if let (Some(retired), Ok(runtime)) = (retired, Handle::try_current()) {
            // Only a courtesy to the server, which is told that nobody is there any more.
            runtime.spawn(timeout(self.limits.connect_timeout, retired.connection.close()));
        }
    }

    pub(super) fn distrust(&self) {
        self.idle().distrust();
    }

    fn idle(&self) -> MutexGuard<'_, Idle<E::Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
