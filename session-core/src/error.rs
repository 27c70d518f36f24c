//! What can go wrong, told apart by what a caller can do about it.

use std::error::Error as StdError;
use std::time::Duration;

use crate::headers::HeaderLines;

/// The cause that a store or a codec keeps: the driver's own error, at the end of the `source` chain.
pub type Cause = Box<dyn StdError + Send + Sync>;

/// A store failed.
///
/// What matters to a caller is whether the operation happened. It did only perhaps with [`ReplyLost`](Self::ReplyLost),
/// and certainly not with any other.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The engine could not be reached, or refused. Nothing was done; it may be better later.
    #[error("the session store is unavailable")]
    Unavailable(#[source] Cause),
    /// The operation was sent and no answer came: it may have happened.
    #[error("the session store's reply was lost")]
    ReplyLost(#[source] Cause),
    /// There is no room for another session. Nothing was done.
    #[error("the session store is full")]
    Full,
    /// What the engine holds there is not a record of ours, or is damaged. Nothing was done.
    #[error("the session store holds something that is not a session record")]
    Corrupt(#[source] Cause),
    /// The record is larger than the engine takes. Nothing was done.
    #[error("the session record has {bytes} bytes, the store takes at most {limit}")]
    TooLarge {
        /// What the record has.
        bytes: usize,
        /// What the engine takes.
        limit: usize,
    },
}

/// An operation on a session failed.
///
/// Clients should learn no more than [`status`](Self::status).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store failed, and nothing was done.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store did not answer a read within the operation's time limit.
    #[error("the session store did not answer within {0:?}")]
    TimedOut(Duration),
    /// A write was sent, its answer was lost, and it can't be found out whether it happened.
    #[error("it is unknown whether the session was written")]
    OutcomeUnknown(#[source] Option<StoreError>),
    /// Other requests changed the session again and again until the operation's time limit. Nothing was done.
    #[error("the session was changed by others again and again until the time limit")]
    Contended,
    /// The session was ended while this request had it, or got a new id before this request looked. Nothing was done.
    #[error("the session has ended")]
    Gone,
    /// All sessions of the owner were ended after this sign-in began. Nobody was signed in.
    #[error("the owner's sessions were ended while signing in")]
    SignInRevoked,
    /// A new id was asked for after the response head had gone out, when no cookie can be sent any more.
    #[error("the response head is out, so the session can't get a new id: rotate before responding")]
    HeadSent,
    /// A value can't be encoded. Nothing was recorded.
    #[error("the value of `{key}` can't be encoded")]
    Encode {
        /// The value's name.
        key: String,
        /// Why not.
        #[source]
        source: Cause,
    },
    /// A stored value can't be decoded as the type that was asked for. The others can still be read.
    #[error("the stored value of `{key}` can't be decoded")]
    Decode {
        /// The value's name.
        key: String,
        /// Why not.
        #[source]
        source: Cause,
    },
    /// The session's values are too large together. Nothing was written.
    #[error("the session has {bytes} bytes, the limit is {limit}")]
    TooLarge {
        /// What it has.
        bytes: usize,
        /// What it may have.
        limit: usize,
    },
    /// The stored record can't be read. It is left as it is.
    #[error("the stored session can't be read")]
    Corrupt(#[from] CorruptRecord),
    /// These sessions are in no index of owners, for they are shared with a program that knows of none. Nothing was done.
    #[error("sessions that are shared with Express are not listed by owner, so they can't be found by one")]
    NoOwnerIndex,
    /// The operating system has no random numbers to give.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The limits that were set for this session are not possible.
    #[error(transparent)]
    Expiry(#[from] crate::expiry::InvalidExpiry),
}

impl Error {
    /// The HTTP status that fits: 503 where trying again may help, 409 where the request came too late, else 500.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Store(StoreError::Corrupt(_) | StoreError::TooLarge { .. })
            | Self::HeadSent
            | Self::Encode { .. }
            | Self::Decode { .. }
            | Self::TooLarge { .. }
            | Self::Corrupt(_)
            | Self::NoOwnerIndex
            | Self::Random(_)
            | Self::Expiry(_) => 500,
            Self::Gone => 409,
            Self::Store(_) | Self::TimedOut(_) | Self::OutcomeUnknown(_) | Self::Contended | Self::SignInRevoked => 503,
        }
    }

    /// The `Retry-After` in seconds that goes with a 503.
    #[must_use]
    pub const fn retry_after(&self) -> Option<u16> {
        if self.status() == 503 { Some(1) } else { None }
    }

    /// The headers of a response that tells of this error: it is nobody's page, so no cache may keep it, and `Retry-After`
    /// goes with a 503.
    pub fn headers(&self) -> HeaderLines {
        HeaderLines::of_a_refusal(self.retry_after())
    }
}

/// A record that was stored, and that core can't read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CorruptRecord {
    /// Written by another version of this library.
    #[error("the record has format {found}, this version reads {oldest} to {newest}")]
    Format {
        /// The format that it has.
        found: u8,
        /// The oldest that can be read.
        oldest: u8,
        /// The newest that can be read.
        newest: u8,
    },
    /// Cut short, or not ours.
    #[error("the record is damaged at byte {0}")]
    Damaged(usize),
}

/// The operating system has no random numbers to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system has no random numbers to give")]
pub struct RandomError(#[source] getrandom::Error);

impl RandomError {
    pub(crate) const fn new(source: getrandom::Error) -> Self {
        Self(source)
    }
}

/// A setting that is not possible or not safe, found when the manager is built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The cookie's settings contradict each other or the rules of browsers.
    #[error(transparent)]
    Cookie(#[from] crate::cookie::InvalidCookie),
    /// A session's limits are not possible.
    #[error(transparent)]
    Expiry(#[from] crate::expiry::InvalidExpiry),
    /// The operating system has no random numbers to give.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// A duration or size is out of its bounds.
    #[error("{setting} is {value}, needs {bounds}")]
    Bounds {
        /// The setting's name.
        setting: &'static str,
        /// What it was.
        value: String,
        /// What would be right.
        bounds: &'static str,
    },
}
