//! A near-cache serves what the server has, or had a moment ago.

#![allow(
    clippy::allow_attributes,
    clippy::cognitive_complexity,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may panic, and tell what it has measured"
)]

#[path = "../support/mod.rs"]
mod support;

mod bounds;
mod changes;
mod clusters;
mod outages;
mod races;

use std::time::Duration;

use session_core::StoreKey;
use session_store_redis::{NearCacheSettings, RedisStore};

use support::session::loaded;

/// So long that nothing grows old in a test.
const LONG: Duration = Duration::from_secs(60);
/// How long a message may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// Stores on one server with one prefix: the first two have near-caches, the last has none.
struct Nodes {
    prefix: String,
    here: RedisStore,
    there: RedisStore,
    plain: RedisStore,
}

impl Nodes {
    async fn on(url: &str, connections: usize) -> Self {
        let prefix = support::prefix();
        let store = || {
            RedisStore::builder(url)
                .prefix(prefix.clone())
                .connections(connections)
                .response_timeout(PATIENCE)
        };
        let with_cache = || store().near_cache(NearCacheSettings::new().max_staleness(LONG));
        Self {
            here: support::connect(with_cache()).await,
            there: support::connect(with_cache()).await,
            plain: support::connect(store()).await,
            prefix,
        }
    }
}

/// Until loads here find the revision that is there, and no earlier one afterwards.
async fn comes_to(store: &RedisStore, key: &StoreKey, revision: u64) {
    let arrival = async { while loaded(store, key).await != revision {} };
    let arrived = tokio::time::timeout(PATIENCE, arrival).await;
    assert!(arrived.is_ok(), "revision {revision} is never seen");
    assert_eq!(loaded(store, key).await, revision);
}
