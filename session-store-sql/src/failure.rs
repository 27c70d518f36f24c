//! What went wrong on the way to an answer, and what that means for a caller.

use std::time::Duration;

use session_batching::Failed;
use session_core::{Cause, StoreError};

use crate::connections::Intent;
use crate::engine::Engine;
use crate::judgement::Judgement;

/// How far an operation came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nothing was sent, or what was sent did nothing.
    Waiting,
    /// A statement is under way.
    Sent,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    judgement: Judgement,
    cause: Cause,
}

/// What the driver has no error for.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("the database did not answer within {0:?}")]
    NoAnswer(Duration),
    #[error("no connection to the database was free within {0:?}")]
    NoneFree(Duration),
    #[error("no connection to the database could be opened within {0:?}")]
    NoConnection(Duration),
    #[error("the connections to the database are closed")]
    Closed,
}

impl Failure {
    /// The time limit has passed.
    pub(crate) fn late(stage: Stage, limit: Duration) -> Self {
        match stage {
            Stage::Waiting => Self::new(Judgement::Unsent, Trouble::NoneFree(limit)),
            Stage::Sent => Self::new(Judgement::Unknown, Trouble::NoAnswer(limit)),
        }
    }

    pub(crate) fn no_connection_within(limit: Duration) -> Self {
        Self::new(Judgement::Unsent, Trouble::NoConnection(limit))
    }

    pub(crate) fn not_connected(error: sqlx::Error) -> Self {
        Self::new(Judgement::Unsent, error)
    }

    pub(crate) fn closed() -> Self {
        Self::new(Judgement::Unsent, Trouble::Closed)
    }

    pub(crate) fn of_database<E: Engine>(error: sqlx::Error, judgement: Judgement) -> Self {
        Self::new(judgement, E::explain(error))
    }

    fn new(judgement: Judgement, cause: impl Into<Cause>) -> Self {
        Self {
            judgement,
            cause: cause.into(),
        }
    }

    /// What the caller is told.
    pub(crate) fn of(self, intent: Intent) -> StoreError {
        match self.judgement {
            Judgement::Unknown if intent == Intent::Write => StoreError::ReplyLost(self.cause),
            Judgement::Full => StoreError::Full,
            Judgement::Corrupt => StoreError::Corrupt(self.cause),
            Judgement::Again
            | Judgement::Held
            | Judgement::Dismissed
            | Judgement::Demoted
            | Judgement::TooLarge
            | Judgement::Refused
            | Judgement::Unsent
            | Judgement::Unknown => StoreError::Unavailable(self.cause),
        }
    }

    /// What callers whose requests went together are told.
    pub(crate) fn of_several(self, intent: Intent) -> Failed {
        match self.judgement {
            // One may hold up the others, or be too large with them.
            Judgement::Held | Judgement::TooLarge | Judgement::Corrupt | Judgement::Refused => Failed::OneByOne,
            Judgement::Again
            | Judgement::Dismissed
            | Judgement::Demoted
            | Judgement::Full
            | Judgement::Unsent
            | Judgement::Unknown => Failed::All(self.of(intent)),
        }
    }

    /// The driver's own error, for those who can tell more of it.
    pub(crate) fn into_cause(self) -> Cause {
        self.cause
    }
}
