//! How a benchmark is run.

use std::time::Duration;

use clap::Parser;

/// Measures, prints a table, and files it in `benches/results`.
#[derive(Clone, Parser)]
pub struct Options {
    /// Everything once and for a moment, to see that it runs; files nothing
    #[arg(long)]
    once: bool,
    /// How often each contender has its turn
    #[arg(long, default_value_t = 25)]
    rounds: usize,
    /// Milliseconds of a turn
    #[arg(long, default_value_t = 100)]
    slot: u64,
    /// How many operations are under way at once
    #[arg(long, value_delimiter = ',', default_value = "1,64,512")]
    pub concurrency: Vec<usize>,
    /// Connections to the server, instead of as many as the store opens by default
    #[arg(long)]
    pub connections: Option<usize>,
    /// Only cases whose name has this in it
    #[arg(long, default_value = "")]
    pub only: String,
}

impl Options {
    pub fn read() -> Self {
        Self::parse()
    }

    pub fn rounds(&self) -> usize {
        if self.once { 1 } else { self.rounds.max(1) }
    }

    pub fn slot(&self) -> Duration {
        Duration::from_millis(if self.once { 20 } else { self.slot })
    }

    /// Whether the result is worth keeping: all of it, under the settings that every result has.
    pub fn is_complete(&self) -> bool {
        !self.once && self.only.is_empty() && self.connections.is_none() && self.concurrency == [1, 64, 512]
    }
}
