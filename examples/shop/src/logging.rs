//! What the shop tells, on stderr.

use std::env;
use std::io::{self, IsTerminal};

use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

use crate::StartError;

/// What the session layer does is told at `debug`. What actix-web tells of its workers has no counterpart in the others.
const LOGGED: &str = "info,actix=warn,session_kit=debug";

pub(crate) fn log_to_stderr() -> Result<(), StartError> {
    let wanted = env::var("RUST_LOG").unwrap_or_else(|_| LOGGED.to_owned());
    let filter: Targets = wanted.parse()?;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
    Ok(())
}
