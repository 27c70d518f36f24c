//! Where statements run: connections, their time limits, and what follows from a failure.

mod idle;
mod lease;
mod own;

use std::pin::pin;
use std::time::Duration;

use session_batching::Failed;
use session_core::StoreError;
use sqlx::Pool;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

#[cfg(feature = "mysql")]
use crate::engine::Each;
use crate::engine::{Answer, Asked, Engine, One, Options};
use crate::failure::{Failure, Stage};
use crate::judgement::Judgement;
use crate::limits::Limits;
use crate::statement::Statement;
use crate::value::Value;
pub(crate) use lease::Lease;
use own::Own;

/// The longest pause before a statement that met others is run again. Half of it on average.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// The connections to a database.
pub(crate) struct Connections<E: Engine> {
    source: Source<E>,
    /// For all that an operation does on its way to an answer.
    limit: Duration,
}

enum Source<E: Engine> {
    Own(Own<E>),
    /// The application's. With turns, only one at a time is taken.
    Given(Pool<E>, Option<Semaphore>),
}

/// Whether a statement whose answer was lost can be run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// It changes nothing, so it can.
    Read,
    /// It may have happened, so the answer is that this is unknown.
    Write,
}

impl<E: Engine> Connections<E> {
    /// Connections that are opened when they are needed.
    pub(crate) fn own(options: Options<E>, limits: Limits) -> Self {
        Self {
            source: Source::Own(Own::new(options, limits)),
            limit: limits.response_timeout,
        }
    }

    pub(crate) fn given(pool: Pool<E>, limits: Limits) -> Self {
        Self {
            source: Source::Given(pool, None),
            limit: limits.response_timeout,
        }
    }

    /// One connection of a pool at a time, in the order of coming.
    pub(crate) fn given_in_turn(pool: Pool<E>, limits: Limits) -> Self {
        Self {
            source: Source::Given(pool, Some(Semaphore::new(1))),
            limit: limits.response_timeout,
        }
    }

    /// What a statement answers, within the time limit.
    ///
    /// It is run again where others were in the way, and a read also where its connection failed.
    pub(crate) async fn run(
        &self,
        intent: Intent,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Answer<E>, StoreError> {
        let asked = self.ask(intent, statement, values).await;
        asked.map_err(|failure| failure.of(intent))
    }

    /// Likewise, for a statement of several callers.
    pub(crate) async fn run_for_several(
        &self,
        intent: Intent,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Answer<E>, Failed> {
        let asked = self.ask(intent, statement, values).await;
        asked.map_err(|failure| failure.of_several(intent))
    }

    /// Likewise, for a statement that goes once for each of several callers. Its values are those of all of them, one after the other.
    #[cfg(feature = "mysql")]
    pub(crate) async fn run_for_each(
        &self,
        intent: Intent,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<u64>, Failed>
    where
        Each: Asked<E>,
    {
        let asked = self.ask(intent, statement, values).await;
        let Each(affected) = asked.map_err(|failure| failure.of_several(intent))?;
        Ok(affected)
    }

    /// Likewise, for a statement that answers one row at most.
    pub(crate) async fn run_for_one(
        &self,
        intent: Intent,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Option<E::Row>, StoreError> {
        let asked = self.ask(intent, statement, values).await;
        let One(row) = asked.map_err(|failure| failure.of(intent))?;
        Ok(row)
    }

    async fn ask<A: Asked<E>>(
        &self,
        intent: Intent,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<A, Failure> {
        let began = Instant::now();
        let mut stage = Stage::Waiting;
        // Dropped before its stage is read, and with it a connection whose answer did not come.
        let attempts = {
            let attempts = pin!(self.attempt(intent, statement, values, began, &mut stage));
            timeout_at(began + self.limit, attempts).await
        };
        attempts.unwrap_or_else(|_| {
            if let (Source::Own(own), Stage::Sent) = (&self.source, stage) {
                own.distrust();
            }
            Err(Failure::late(stage, self.limit))
        })
    }

    async fn attempt<A: Asked<E>>(
        &self,
        intent: Intent,
        statement: &Statement,
        values: &[Value<'_>],
        began: Instant,
        stage: &mut Stage,
    ) -> Result<A, Failure> {
        let mut now = began;
        let mut pause = Duration::from_millis(2);
        loop {
            *stage = Stage::Waiting;
            let mut lease = self.lease_at(now).await?;
            *stage = Stage::Sent;
            let error = match A::ask(lease.connection(), statement, values).await {
                Ok(answer) => {
                    lease.give_back();
                    return Ok(answer);
                }
                Err(error) => error,
            };
            let judgement = E::judge(&error);
            if judgement.ends_the_connection() {
                lease.give_up();
                tracing::debug!(%error, "a database connection of the session store has failed");
            } else {
                lease.give_back();
            }
            let time_for_another = match judgement {
                Judgement::Again | Judgement::Dismissed => pause,
                // Another wait that we end, not the server, would leave open what becomes of the statement.
                Judgement::Held => now.elapsed() * 2,
                Judgement::Unknown if intent == Intent::Read => pause,
                Judgement::Unknown
                | Judgement::Demoted
                | Judgement::Full
                | Judgement::TooLarge
                | Judgement::Corrupt
                | Judgement::Refused
                | Judgement::Unsent => Duration::MAX,
            };
            *stage = Stage::Waiting;
            let left = (began + self.limit).saturating_duration_since(Instant::now());
            let spare = left.saturating_sub(time_for_another);
            if spare.is_zero() {
                return Err(Failure::of_database::<E>(error, judgement));
            }
            // A random one, or those who met would meet again.
            sleep(pause.mul_f64(fastrand::f64()).min(spare)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            now = Instant::now();
        }
    }

    /// A connection for one use.
    pub(crate) async fn lease(&self) -> Result<Lease<'_, E>, Failure> {
        self.lease_at(Instant::now()).await
    }

    /// Likewise, for who has looked at the clock.
    async fn lease_at(&self, now: Instant) -> Result<Lease<'_, E>, Failure> {
        match &self.source {
            Source::Own(own) => own.lease(now).await,
            Source::Given(pool, turns) => {
                let turn = match turns {
                    Some(turns) => Some(turns.acquire().await.map_err(|_| Failure::closed())?),
                    None => None,
                };
                // In a box of its own: it would make the future of every operation many times as large.
                match Box::pin(pool.acquire()).await {
                    Ok(connection) => Ok(Lease::given(connection, turn)),
                    Err(error) => Err(Failure::not_connected(error)),
                }
            }
        }
    }
}
