//! The command `session-bench`: for whoever has a store and wants to know what it does for them.
//!
//! A store that is not ours is measured by a program of its own, which hands its [`Target`] to [`main`] beside or instead of the [`built_in`] ones:
//!
//! ```no_run
//! use std::process::ExitCode;
//! use std::sync::Arc;
//!
//! use futures_util::future::BoxFuture;
//! use session_bench::tool::{self, Cause, Opened, Target};
//! use session_conformance::ReferenceStore as MyStore;
//!
//! struct MyTarget;
//!
//! impl Target for MyTarget {
//!     fn takes(&self, scheme: &str) -> bool {
//!         scheme == "mine"
//!     }
//!
//!     fn open<'a>(&'a self, _url: &'a str, _namespace: &'a str) -> BoxFuture<'a, Result<Opened, Cause>> {
//!         Box::pin(async {
//!             let store = Arc::new(MyStore::new());
//!             Ok(Opened { store, remove: Box::pin(async { Ok(()) }) })
//!         })
//!     }
//! }
//!
//! fn main() -> ExitCode {
//!     let mut targets = tool::built_in();
//!     targets.push(Box::new(MyTarget));
//!     tool::main(&targets)
//! }
//! ```

mod arguments;
mod check;
mod clock;
mod compare;
mod html;
mod interrupt;
mod measure;
mod mix;
mod namespace;
mod plot;
mod population;
mod result;
mod run;
mod table;
mod target;
mod targets;
mod worker;

use std::process::ExitCode;

use clap::Parser as _;
use tokio::runtime::Runtime;

use arguments::{Arguments, Command};
pub use target::{Cause, Opened, Target};
pub use targets::built_in;

/// The exit code of a command that Ctrl-C has ended.
const INTERRUPTED: u8 = 130;

/// How a command ended that did what it could.
enum Ended {
    Well,
    /// What was asked is so: a store breaks its contract, or figures have changed for the worse.
    Badly,
    Interrupted,
}

/// Reads the command line, and does what it says.
pub fn main(targets: &[Box<dyn Target>]) -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return explain(&error.into()),
    };
    let ended = runtime.block_on(async {
        match arguments.command {
            Command::Run(run) => run::run(run, targets).await,
            Command::Check(check) => check::check(check, targets).await,
            Command::Compare(compare) => compare::compare(&compare),
        }
    });
    match ended {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::Badly) => ExitCode::FAILURE,
        Ok(Ended::Interrupted) => ExitCode::from(INTERRUPTED),
        Err(cause) => explain(&cause),
    }
}

fn explain(cause: &Cause) -> ExitCode {
    let mut text = cause.to_string();
    let mut source = cause.source();
    while let Some(error) = source {
        let words = error.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        source = error.source();
    }
    eprintln!("error: {text}");
    ExitCode::FAILURE
}
