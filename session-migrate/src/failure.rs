//! Why the sessions are not moved.

use std::error::Error as _;
use std::io;
use std::process::ExitCode;

use session_kit::store::{ConnectError, MigrationError};
use session_kit::{ConfigError, StoreError};

/// The exit code for options that can't be right anywhere.
const USAGE_FAULT: u8 = 2;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("--from: {0}")]
    From(#[source] ConnectError),
    #[error("--to: {0}")]
    To(#[source] ConnectError),
    #[error("--from and --to are the same, needs two stores")]
    SameStore,
    #[error("--{0} is `memory:`, which ends with this command, needs a store that stays")]
    Memory(&'static str),
    #[error("--at-once: {0}")]
    AtOnce(#[from] ConfigError),
    #[error("{0}; run it again to go on with the rest")]
    Halted(#[from] MigrationError),
    #[error("the sessions can't be counted")]
    Count(#[from] StoreError),
    #[error("can't listen to signals")]
    Signals(#[from] io::Error),
}

impl Failure {
    #[expect(clippy::print_stderr, reason = "whoever started the command reads it there")]
    pub(crate) fn explain(&self) -> ExitCode {
        let mut text = self.to_string();
        let mut source = self.source();
        while let Some(cause) = source {
            let words = cause.to_string();
            if !text.contains(&words) {
                text = format!("{text}: {words}");
            }
            source = cause.source();
        }
        eprintln!("error: {text}");
        match self {
            Self::From(error) | Self::To(error) if names_no_store(error) => ExitCode::from(USAGE_FAULT),
            Self::SameStore | Self::Memory(_) | Self::AtOnce(_) => ExitCode::from(USAGE_FAULT),
            Self::From(_) | Self::To(_) | Self::Halted(_) | Self::Count(_) | Self::Signals(_) => ExitCode::FAILURE,
        }
    }
}

fn names_no_store(error: &ConnectError) -> bool {
    matches!(
        error,
        ConnectError::NoScheme | ConnectError::UnknownScheme(_) | ConnectError::MissingFeature { .. }
    )
}
