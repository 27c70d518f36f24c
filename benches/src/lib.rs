//! What benchmarks share, and the command `session-bench` for stores of one's own ([`tool`]).
//!
//! Benchmarks: contenders and their sessions, where they run, how they are compared, and what is reported.
//!
//! A subject, such as a store, is a program of its own beside this library. It names its contenders, the bare driver first,
//! and compares them case by case. Timings of different runs say nothing about each other; ratios within a run do.

mod comparison;
mod contender;
mod distance;
mod folder;
mod keys;
mod kinds;
mod latencies;
mod machine;
mod options;
mod process;
mod report;
mod rival;
mod runtimes;
mod services;
mod sessions;
mod stores;
pub mod tool;

pub use comparison::{Case, Comparison, Latency, Outcome, compare};
pub use contender::{Contender, Entrant};
pub use distance::further_away;
pub use folder::Folder;
pub use keys::scattered_key;
pub use kinds::Kinds;
pub use options::Options;
pub use process::cpu_time;
pub use report::Report;
pub use rival::{Rival, RivalLoad, RivalUpdate};
pub use runtimes::{Runtimes, Threads};
pub use services::variable;
pub use sessions::{NOW, Newcomers, Session, Sessions};
pub use stores::{StoreCreate, StoreLoad, StoreUpdate};
