//! How long an operation may take.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::failure::Failure;

/// The end of the time that an operation has. The driver has no time limit of its own for a command; one that is given up closes
/// its connection, so that no answer can reach the wrong caller, and tells the server to stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    limit: Duration,
    at: Instant,
}

impl Deadline {
    pub(crate) fn after(limit: Duration) -> Self {
        Self {
            limit,
            at: Instant::now() + limit,
        }
    }

    /// What the driver answers, in time.
    pub(crate) async fn of<T>(self, answer: impl IntoFuture<Output = mongodb::error::Result<T>>) -> Result<T, Failure> {
        match timeout_at(self.at, answer.into_future()).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Failure::late(self.limit)),
        }
    }
}
