//! Why the shop does not start.

use std::error::Error as _;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use session_kit::store::{ConnectError, MongoConnectError, RedisConnectError, SqlConnectError};
use session_kit::{ConfigError, InvalidExpressSecrets, InvalidSigningKeys, RandomError};
use tracing_subscriber::filter::ParseError;

/// The exit code for options that can't be right anywhere.
pub(crate) const USAGE_FAULT: u8 = 2;

/// Why the shop does not start, or could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// `RUST_LOG` is no filter.
    #[error("RUST_LOG: {0}")]
    LogFilter(#[from] ParseError),
    /// The file of the keys can't be read or made.
    #[error("--secret-file {}: {source}", file.display())]
    SecretFile {
        /// Its name.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// What should be keys is none.
    #[error("--secret, SESSION_SECRET or --secret-file: {0}")]
    SigningKeys(#[from] InvalidSigningKeys),
    /// What should be secrets of an Express app is none.
    #[error("--secret or SESSION_SECRET: {0}")]
    Secrets(#[from] InvalidExpressSecrets),
    /// There is no store.
    #[error("--store: {0}")]
    Store(#[from] ConnectError),
    /// The settings of the sessions do not go together.
    #[error(transparent)]
    Settings(#[from] ConfigError),
    /// The system has no randomness for a key.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The port can't be had.
    #[error("can't listen on {address}: {source}")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The server failed.
    #[error("can't go on: {0}")]
    Serve(#[from] io::Error),
}

impl StartError {
    #[expect(clippy::print_stderr, reason = "whoever started the shop reads it there")]
    pub(crate) fn explain(&self) -> ExitCode {
        let mut text = self.to_string();
        let mut source = self.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !text.contains(&cause_text) {
                text = format!("{text}: {cause_text}");
            }
            source = cause.source();
        }
        eprintln!("error: {text}");
        match self {
            Self::Store(ConnectError::Mongo(MongoConnectError::Unreachable(_) | MongoConnectError::Refused { .. }))
            | Self::Store(ConnectError::Redis(RedisConnectError::Server(_)))
            | Self::Store(ConnectError::Sql(SqlConnectError::Unreachable(_) | SqlConnectError::Refused { .. })) => {
                ExitCode::FAILURE
            }
            Self::LogFilter(_) | Self::SigningKeys(_) | Self::Secrets(_) | Self::Store(_) => {
                ExitCode::from(USAGE_FAULT)
            }
            Self::SecretFile { .. } | Self::Settings(_) | Self::Random(_) | Self::Listen { .. } | Self::Serve(_) => {
                ExitCode::FAILURE
            }
        }
    }
}
