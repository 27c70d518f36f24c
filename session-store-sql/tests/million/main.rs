//! A million sessions: every statement finds its rows by an index, and a load reads hardly more than among a thousand.

#![allow(
    clippy::allow_attributes,
    clippy::cognitive_complexity,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may panic, and shows the figures that it has seen"
)]

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::sync::Arc;
use std::time::Duration;

use session_core::{Loaded, Moment, Store, StoreKey};
use tokio::time::Instant;

const MILLION: u32 = 1_000_000;
const THOUSAND: u32 = 1_000;
/// How many loads are measured.
const LOADS: u32 = 1_000;
/// A session ends at this time and as many seconds as its number, so that it is known how many have ended.
const END: u64 = 1_700_000_000_000;

/// Tables with many sessions.
struct Filled {
    table: String,
    store: Arc<dyn Store>,
    /// Some of theirs.
    keys: Vec<StoreKey>,
}

impl Filled {
    /// With keys as hexadecimal digits.
    fn new(table: String, store: Arc<dyn Store>, keys: &[String]) -> Self {
        let keys = keys.iter().map(|digits| key(digits)).collect();
        Self { table, store, keys }
    }

    async fn load(&self, key: &StoreKey) -> Duration {
        let begin = Instant::now();
        let loaded = self.store.load(key, Moment::from_millis(END)).await.unwrap();
        let took = begin.elapsed();
        assert!(matches!(loaded, Loaded::Found(_)));
        took
    }
}

fn key(digits: &str) -> StoreKey {
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * place..2 * place + 2], 16).unwrap();
    }
    StoreKey::from_bytes(bytes)
}

/// One after the other in turns, so that what else the machine does is felt by both.
async fn compare_loads(few: &Filled, many: &Filled) {
    let (mut fast, mut slow) = (Vec::new(), Vec::new());
    for (one, other) in few.keys.iter().zip(&many.keys) {
        fast.push(few.load(one).await);
        slow.push(many.load(other).await);
    }
    fast.sort_unstable();
    slow.sort_unstable();
    let (fast, slow) = (fast[fast.len() / 2], slow[slow.len() / 2]);
    println!("median load: {fast:?} among a thousand, {slow:?} among a million");
}

/// However many there are, though no statement may take long.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
async fn clear(many: &Filled) {
    let begin = Instant::now();
    many.store.clear().await.unwrap();
    println!("cleared in {:?}", begin.elapsed());
    assert_eq!(many.store.count(Moment::from_millis(0)).await.unwrap(), 0);
}
