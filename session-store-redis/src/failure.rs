//! Why a command has no answer, and what that means for the operation that sent it.

use std::sync::Arc;
use std::time::Duration;

use redis::{ErrorKind, RedisError, ServerErrorKind};
use session_core::StoreError;

/// A command failed. What counts is whether it may have been carried out.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// It was never sent.
    NotSent(Arc<Refusal>),
    /// It was sent, and no answer came.
    Lost(Arc<Refusal>),
    /// The server answered that it won't: nothing was done.
    Refused(RedisError),
}

/// Why there is no connection, or no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("no connection to Redis at {server}")]
    Connect {
        server: String,
        #[source]
        source: RedisError,
    },
    #[error("no connection to Redis at {server} within {limit:?}{hint}")]
    ConnectTimedOut {
        server: String,
        limit: Duration,
        hint: &'static str,
    },
    #[error("{server} closes connections at once, needs `rediss:` if it speaks TLS")]
    Closed {
        server: String,
        #[source]
        source: RedisError,
    },
    #[error("the connection to Redis failed")]
    Connection(#[source] RedisError),
    #[error("Redis did not answer within {0:?}")]
    TimedOut(Duration),
    #[error("{server} is {found}, needs Redis 6.2 or newer, or Valkey")]
    TooOld { server: String, found: String },
    #[error("Redis at {0} is a replica, which takes no writes, needs its master (or `redis+sentinel:`)")]
    Replica(String),
    #[error("Redis at {0} is a node of a cluster, needs `redis+cluster:`")]
    IsCluster(String),
    #[error("Redis at {0} is no node of a cluster, needs `redis:`")]
    NoCluster(String),
    #[error("Redis at {0} is a Sentinel, needs `redis+sentinel:`")]
    IsSentinel(String),
    #[error("no Sentinel knows a master called `{master}`")]
    UnknownMaster { master: String },
    #[error("no Sentinel has said within {limit:?} where the master called `{master}` is")]
    NoSentinel {
        master: String,
        limit: Duration,
        #[source]
        source: Option<RedisError>,
    },
    #[error("the cluster has no master for this slot, or none that can be reached")]
    NoMaster,
    #[error("the cluster redirected {0} times in turn")]
    Redirected(usize),
    #[error("{acknowledged} of {wanted} replicas have the write")]
    TooFewReplicas { acknowledged: i64, wanted: u32 },
}

impl Failure {
    /// A driver's error about a command that it had been given.
    pub(crate) fn of(error: RedisError, limit: Duration) -> Self {
        if matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension) {
            Self::Refused(error)
        } else if error.is_timeout() {
            Self::Lost(Arc::new(Refusal::TimedOut(limit)))
        } else {
            Self::Lost(Arc::new(Refusal::Connection(error)))
        }
    }

    pub(crate) fn server_error(&self) -> Option<ServerErrorKind> {
        if let Self::Refused(error) = self
            && let ErrorKind::Server(kind) = error.kind()
        {
            return Some(kind);
        }
        None
    }

    /// Whether the answer did not come in time.
    pub(crate) fn is_late(&self) -> bool {
        matches!(self, Self::Lost(refusal) if matches!(**refusal, Refusal::TimedOut(_)))
    }

    /// Whether the server has become a replica.
    pub(crate) fn is_read_only(&self) -> bool {
        matches!(self, Self::Refused(error) if says(error, "READONLY", "READONLY You can't write"))
    }

    /// What became of an operation whose every command can be sent again without harm.
    pub(crate) fn of_reading(self) -> StoreError {
        match self {
            Self::NotSent(refusal) | Self::Lost(refusal) => StoreError::Unavailable(Box::new(refusal)),
            Self::Refused(error) => of_server(error),
        }
    }

    /// What became of an operation that writes.
    pub(crate) fn of_writing(self) -> StoreError {
        match self {
            Self::NotSent(refusal) => StoreError::Unavailable(Box::new(refusal)),
            Self::Lost(refusal) => StoreError::ReplyLost(Box::new(refusal)),
            Self::Refused(error) => of_server(error),
        }
    }
}

fn of_server(error: RedisError) -> StoreError {
    if says(&error, "OOM", "OOM command not allowed") {
        StoreError::Full
    } else if says(&error, "WRONGTYPE", "WRONGTYPE Operation") {
        StoreError::Corrupt(Box::new(error))
    } else {
        StoreError::Unavailable(Box::new(error))
    }
}

/// Whether this is the error; up to Redis 6.2, what went wrong within a script is told in its text alone.
fn says(error: &RedisError, code: &str, words: &str) -> bool {
    error.code() == Some(code) || error.detail().is_some_and(|detail| detail.contains(words))
}

#[cfg(test)]
mod tests {
    use redis::parse_redis_value;

    use super::*;

    fn refused(answer: &str) -> Failure {
        let answer = parse_redis_value(answer.as_bytes()).and_then(redis::Value::extract_error);
        Failure::of(answer.unwrap_err(), Duration::ZERO)
    }

    #[test]
    fn what_went_wrong_in_a_script_is_known_whatever_the_version() {
        for full in [
            "-OOM command not allowed when used memory > 'maxmemory'. script: 01c2, on @user_script:1.\r\n",
            "-ERR Error running script (call to f_01c2): @user_script:1: @user_script: 1: -OOM command not allowed when \
             used memory > 'maxmemory'.\r\n",
        ] {
            assert!(matches!(refused(full).of_writing(), StoreError::Full), "{full}");
        }
        for foreign in [
            "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n",
            "-ERR Error running script (call to f_dd11): @user_script:1: WRONGTYPE Operation against a key holding the wrong \
             kind of value\r\n",
        ] {
            assert!(
                matches!(refused(foreign).of_writing(), StoreError::Corrupt(_)),
                "{foreign}"
            );
        }
        for demoted in [
            "-READONLY You can't write against a read only replica.\r\n",
            "-ERR Error running script (call to f_dd11): @user_script:1: @user_script: 1: -READONLY You can't write \
             against a read only replica.\r\n",
        ] {
            assert!(refused(demoted).is_read_only(), "{demoted}");
            assert!(matches!(refused(demoted).of_writing(), StoreError::Unavailable(_)));
        }
    }
}
