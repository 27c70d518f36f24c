//! Why the shop does not start.

use std::error::Error as _;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use session_kit::store::{ConnectError, RedisConnectError, SqlConnectError};
use session_kit::{ConfigError, InvalidSigningKeys, RandomError};
use tracing_subscriber::filter::ParseError;

/// The exit code for options that can't be right anywhere.
pub(crate) const USAGE_FAULT: u8 = 2;

#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("RUST_LOG: {0}")]
    LogFilter(#[from] ParseError),
    #[error("--secret-file {}: {source}", file.display())]
    SecretFile { file: PathBuf, source: io::Error },
    #[error("--secret, SESSION_SECRET or --secret-file: {0}")]
    SigningKeys(#[from] InvalidSigningKeys),
    #[error("--store: {0}")]
    Store(#[from] ConnectError),
    #[error(transparent)]
    Settings(#[from] ConfigError),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error("can't listen on {address}: {source}")]
    Listen { address: SocketAddr, source: io::Error },
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
            Self::Store(ConnectError::Redis(RedisConnectError::Server(_)))
            | Self::Store(ConnectError::Sql(SqlConnectError::Unreachable(_) | SqlConnectError::Refused { .. })) => {
                ExitCode::FAILURE
            }
            Self::LogFilter(_) | Self::SigningKeys(_) | Self::Store(_) => ExitCode::from(USAGE_FAULT),
            Self::SecretFile { .. } | Self::Settings(_) | Self::Random(_) | Self::Listen { .. } | Self::Serve(_) => {
                ExitCode::FAILURE
            }
        }
    }
}
