//! What the command line and the environment say.

use clap::Parser;

/// Moves the sessions of session-kit from one store to another, while the application runs.
///
/// URLs are those of the application: redis://, postgres://, mysql://, mongodb://, sqlite:. Other users of the machine can see a command line:
/// where a URL has a password, prefer the environment.
///
/// It can be stopped at any time and run again: what was moved stays moved.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Options {
    /// Where the sessions are
    #[arg(long, value_name = "URL", env = "SESSION_MIGRATE_FROM", hide_env_values = true)]
    pub(crate) from: String,

    /// Where they are to be
    #[arg(long, value_name = "URL", env = "SESSION_MIGRATE_TO", hide_env_values = true)]
    pub(crate) to: String,

    /// How many sessions are moved at once: the more, the faster, and the less is left of the stores for others
    #[arg(long, value_name = "SESSIONS", default_value_t = 32)]
    pub(crate) at_once: usize,

    /// Only say how many sessions are in each of the stores
    #[arg(long)]
    pub(crate) count: bool,
}
