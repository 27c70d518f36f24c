//! What callers in line can meet.

use std::time::Duration;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("no connection to the database was free within {0:?}")]
    NoneFree(Duration),
    #[error("the database did not answer within {0:?}")]
    NoAnswer(Duration),
    #[error("the runtime that worked for this caller has ended")]
    Abandoned,
}
