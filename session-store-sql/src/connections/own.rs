//! Connections that the store opens itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::Connection as _;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;

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

    pub(super) async fn lease(&self) -> Result<Lease<'_, E>, Failure> {
        let permit = self.permits.acquire().await.map_err(|_| Failure::closed())?;
        loop {
            // Not in the condition, where the lock would be held until the end of the loop's body.
            let resting = self.idle().take();
            let Some((mut live, is_trusted)) = resting else {
                break;
            };
            if is_trusted {
                return Ok(Lease::own(live, self, permit));
            }
            match timeout(self.limits.connect_timeout, live.connection.ping()).await {
                Ok(Ok(())) => return Ok(Lease::own(live, self, permit)),
                Ok(Err(_)) | Err(_) => self.distrust(),
            }
        }
        let limit = self.limits.connect_timeout;
        match timeout(limit, E::connect(&self.options, self.limits.response_timeout)).await {
            Ok(Ok(connection)) => Ok(Lease::own(Live::new(connection), self, permit)),
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
