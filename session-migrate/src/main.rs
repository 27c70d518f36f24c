//! Moves the sessions of session-kit from one store to another, while the application runs.
//!
//! ```text
//! session-migrate --from redis://cache.example --to postgres://shop@database.example/shop
//! ```
//!
//! Where the application runs meanwhile, its nodes have a `MovingStore` over both, see `session-store-moving`. Where it does not, this command is all.
//!
//! It can be stopped at any time and run again: what was moved stays moved.

mod display;
mod failure;
mod options;
mod run;

use std::process::ExitCode;

use clap::Parser as _;

use options::Options;

#[tokio::main]
async fn main() -> ExitCode {
    match run::run(Options::parse()).await {
        Ok(code) => code,
        Err(failure) => failure.explain(),
    }
}
