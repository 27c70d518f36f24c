//! Why there is no store.

use session_core::{Cause, ConfigError};

use crate::address::InvalidRedisUrl;
use crate::failure::Failure;

/// A store can't be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedisConnectError {
    /// The URL names no servers.
    #[error(transparent)]
    Url(#[from] InvalidRedisUrl),
    /// A setting is out of its bounds.
    #[error(transparent)]
    Settings(#[from] ConfigError),
    /// A certificate or a key can't be read.
    #[error("the TLS certificates can't be read, need PEM")]
    Certificates(#[source] Cause),
    /// There are certificates, but the connection would not be encrypted.
    #[error(
        "there are TLS certificates for a URL without TLS, needs `rediss:`, `rediss+sentinel:` or `rediss+cluster:`"
    )]
    CertificatesWithoutTls,
    /// The server can't be reached, or refuses, or is not one that the store can work with.
    #[error(transparent)]
    Server(Cause),
}

impl RedisConnectError {
    pub(crate) fn of_failure(failure: Failure) -> Self {
        Self::Server(match failure {
            Failure::NotSent(refusal) | Failure::Lost(refusal) => Box::new(refusal),
            Failure::Refused(error) => Box::new(Refused(error)),
        })
    }
}

/// The server is there, and does not let the store work.
#[derive(Debug, thiserror::Error)]
#[error("Redis refuses what the session store has to do")]
struct Refused(#[source] redis::RedisError);
