//! How long an operation may take.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::failure::Failure;
use crate::line::Line;

/// The end of the time that an operation has. The driver has no time limit of its own for a command; one that is given up closes
/// its connection, so that no answer can reach the wrong caller, and tells the server to stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline<'a> {
    limit: Duration,
    at: Instant,
    line: &'a Line,
}

impl<'a> Deadline<'a> {
    pub(crate) fn after(limit: Duration, line: &'a Line) -> Self {
        Self {
            limit,
            at: Instant::now() + limit,
            line,
        }
    }

    /// What the driver answers, in time.
    pub(crate) async fn of<T>(self, answer: impl IntoFuture<Output = mongodb::error::Result<T>>) -> Result<T, Failure> {
        let place = self.line.place(self.at, self.limit).await?;
        let answer = match timeout_at(self.at, answer.into_future()).await {
            Ok(answer) => answer.map_err(Failure::from),
            Err(_) => Err(Failure::late(self.limit)),
        };
        match &answer {
            Err(failure) if failure.is_silence() => self.line.outage.begin(&place.attempt, failure),
            Err(failure) if failure.code().is_none() => {}
            Ok(_) | Err(_) => self.line.outage.end(),
        }
        answer
    }
}
