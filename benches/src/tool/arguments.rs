//! What the command line says.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use super::mix::Mix;

/// Measures session stores by their URLs, compares measurements, and checks that stores keep the contract.
///
/// Everything that it makes in a store is under a name of its own, and is removed in the end.
#[derive(Parser)]
#[command(name = "session-bench", version)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Loads stores, and says how fast they are
    Run(Run),
    /// Says what has changed between two runs, beyond their noise
    Compare(Compare),
    /// Holds a store to the contract
    Check(Check),
}

#[derive(Args)]
pub(super) struct Run {
    /// A store, such as redis://localhost; several take turns
    #[arg(long = "store", value_name = "URL", required = true)]
    pub(super) stores: Vec<String>,

    /// How many sessions there are before it begins
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub(super) sessions: u64,

    /// How many requests are under way at once
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(super) concurrency: u64,

    /// What requests do, and how often: read, write, new, touch, sign-in
    #[arg(long, default_value = "read=90,write=9,new=1")]
    pub(super) mix: Mix,

    /// The size of a session's values
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(0..=1_048_576))]
    pub(super) value_bytes: u64,

    /// How long each store is loaded, altogether
    #[arg(long, default_value = "10s", value_parser = duration)]
    pub(super) duration: Duration,

    /// In how many turns, which stores take one after the other, so that what disturbs one disturbs the others
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub(super) rounds: u64,

    /// Requests a second, at even intervals, instead of as many as come through; latency then counts from when a request was due
    #[arg(long, value_name = "PER_SECOND", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) rate: Option<u64>,

    /// The folder that the results go to
    #[arg(long, default_value = "session-bench")]
    pub(super) output: PathBuf,
}

#[derive(Args)]
pub(super) struct Compare {
    /// The run of before
    pub(super) before: PathBuf,
    /// The run of now
    pub(super) now: PathBuf,
}

#[derive(Args)]
pub(super) struct Check {
    /// The store
    #[arg(long, value_name = "URL")]
    pub(super) store: String,

    /// Only cases whose name has this in it
    #[arg(long, default_value = "")]
    pub(super) only: String,
}

fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| format!("{error}, needs a time such as 10s"))?;
    if !(Duration::from_millis(100)..=Duration::from_secs(24 * 60 * 60)).contains(&duration) {
        return Err("needs 100 milliseconds to 24 hours".to_owned());
    }
    Ok(duration)
}
