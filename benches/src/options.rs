//! How a benchmark is run.

use std::time::Duration;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};

/// Measures, prints a table, and files it in `benches/results`.
#[derive(Clone, Parser)]
pub struct Options {
    /// Everything once and for a moment, to see that it runs; files nothing
    #[arg(long)]
    once: bool,
    /// How often each contender has its turn
    #[arg(long, default_value_t = 50)]
    rounds: usize,
    /// Milliseconds of a turn; a lone caller has more of them, and shorter ones
    #[arg(long, default_value_t = 50)]
    slot: u64,
    /// How many operations are under way at once
    #[arg(long, value_delimiter = ',', default_value = "1,16,64,512")]
    pub concurrency: Vec<usize>,
    /// Connections to the server, instead of as many as the store opens by default
    #[arg(long)]
    pub connections: Option<usize>,
    /// Milliseconds that what is sent to a SQL server takes longer
    #[arg(long, default_value_t = 0)]
    pub distance: u64,
    /// Only cases whose name has this in it
    #[arg(long, default_value = "")]
    pub only: String,
}

impl Options {
    pub fn read() -> Self {
        Self::parse()
    }

    /// For what does not show in a moment: turns last a second by default, and there are fewer of them.
    pub fn read_with_long_turns() -> Self {
        let command = Self::command()
            .mut_arg("rounds", |rounds| rounds.default_value("10"))
            .mut_arg("slot", |slot| slot.default_value("1000"));
        Self::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
    }

    /// Whether nothing is kept: there may be less of everything.
    pub fn is_once(&self) -> bool {
        self.once
    }

    /// How many rounds, and how long a turn.
    ///
    /// A lone caller and its connection share a processor or do not, and keep to that for a while: that is a factor of three.
    /// It takes more turns, shorter ones, until both contenders have seen as much of either.
    pub fn turns(&self, concurrency: usize) -> (usize, Duration) {
        let (rounds, slot) = (self.rounds.max(1), Duration::from_millis(self.slot));
        match (self.once, concurrency) {
            (true, _) => (1, Duration::from_millis(20)),
            (false, 1) => (rounds * 12, slot / 8),
            (false, _) => (rounds, slot),
        }
    }

    /// How many of the items everybody operates on before the first turn. At a distance, one after another takes its time.
    pub(crate) fn warm_up(&self, items: usize) -> usize {
        if self.once || self.distance > 0 {
            items.min(256)
        } else {
            items
        }
    }

    /// Whether the result is worth keeping: all of it, under the settings that every result has.
    pub fn is_complete(&self) -> bool {
        !self.once
            && self.only.is_empty()
            && self.distance == 0
            && self.connections.is_none()
            && self.concurrency == [1, 16, 64, 512]
    }
}
