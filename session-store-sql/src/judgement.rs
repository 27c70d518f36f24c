//! What a database error means.

use sqlx::Error;

/// What is known after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// Others were in the way, and nothing was done: a deadlock, a serialisation failure.
    Again,
    /// A lock was not free for as long as the server waits, and nothing was done.
    Held,
    /// Nothing was done, and the connection is over: the server ended it first.
    Dismissed,
    /// Nothing was done, and nothing can be on this server, which takes no writes: another one may be the primary.
    Demoted,
    /// The connection failed with the statement under way.
    Unknown,
    /// There is no room, and nothing was done.
    Full,
    /// Nothing was done, and the connection is over: the server takes no message of this size.
    TooLarge,
    /// What is stored can't be read as what it should be.
    Corrupt,
    /// Nothing was done.
    Refused,
    /// Nothing was sent: there was no connection.
    Unsent,
}

impl Judgement {
    /// What is known after an error that is the driver's own.
    pub(crate) fn of_driver(error: &Error) -> Self {
        if matches!(error, Error::ColumnDecode { .. } | Error::Decode(_)) {
            return Self::Corrupt;
        }
        if matches!(
            error,
            Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed
        ) {
            return Self::Unknown;
        }
        Self::Refused
    }

    pub(crate) fn ends_the_connection(self) -> bool {
        matches!(self, Self::Dismissed | Self::Demoted | Self::Unknown | Self::TooLarge)
    }
}
