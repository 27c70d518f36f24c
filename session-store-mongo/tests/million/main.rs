//! A million sessions: every statement finds its documents by an index, and looks at as few of them as among a thousand.

#![allow(
    clippy::allow_attributes,
    clippy::cognitive_complexity,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and shows the figures that it has seen"
)]

#[path = "../support/mod.rs"]
mod support;

mod filled;
mod plans;

use filled::Filled;

const MILLION: u32 = 1_000_000;
const THOUSAND: u32 = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn among_a_million_sessions_every_statement_goes_by_an_index() {
    let (few, many) = (Filled::with(THOUSAND).await, Filled::with(MILLION).await);
    let (among_few, among_many) = (few.plans().await, many.plans().await);
    assert_eq!(among_few.len(), among_many.len());
    for (one, other) in among_few.iter().zip(&among_many) {
        println!("{other}");
        assert!(other.is_by_index(), "{other}");
        assert_eq!(one.name, other.name);
        assert_eq!(one.examined(), other.examined(), "{one}, {other}");
    }
    compare_loads(&few, &many).await;
    few.drop().await;
    many.drop().await;
}

/// How many loads are measured. What the plans are of is none of it.
const LOADS: usize = 800;

/// One after the other in turns, so that what else the machine does is felt by both.
async fn compare_loads(few: &Filled, many: &Filled) {
    let (mut fast, mut slow) = (Vec::new(), Vec::new());
    for (one, other) in few.keys[..LOADS].iter().zip(&many.keys) {
        fast.push(few.load(one).await);
        slow.push(many.load(other).await);
    }
    fast.sort_unstable();
    slow.sort_unstable();
    let (fast, slow) = (fast[fast.len() / 2], slow[slow.len() / 2]);
    println!("median load: {fast:?} among a thousand, {slow:?} among a million");
}
