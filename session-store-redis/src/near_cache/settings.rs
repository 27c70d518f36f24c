//! How much a near-cache holds, and how long it may believe what it holds.

use std::time::Duration;

use session_core::ConfigError;

const ENTRIES: usize = 100_000;
const BYTES: usize = 64 << 20;
const STALENESS: Duration = Duration::from_secs(2);

/// Settings of a near-cache: see [`RedisStoreBuilder::near_cache`](crate::RedisStoreBuilder::near_cache).
///
/// ```
/// use session_store_redis::{NearCacheSettings, RedisStore};
/// use std::time::Duration;
///
/// let settings = NearCacheSettings::new()
///     .max_entries(20_000)
///     .max_bytes(32 * 1024 * 1024)
///     .max_staleness(Duration::from_secs(1));
/// let store = RedisStore::builder("redis://127.0.0.1/").near_cache(settings);
/// # drop(store);
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct NearCacheSettings {
    pub(crate) max_entries: usize,
    pub(crate) max_bytes: usize,
    pub(crate) max_staleness: Duration,
}

impl Default for NearCacheSettings {
    fn default() -> Self {
        Self::new()
    }
}

impl NearCacheSettings {
    /// 100,000 sessions, 64 MiB, at most two seconds old without a sign of life from the server.
    pub const fn new() -> Self {
        Self {
            max_entries: ENTRIES,
            max_bytes: BYTES,
            max_staleness: STALENESS,
        }
    }

    /// How many sessions are held: at least 1. Those that were not read for the longest time go first.
    pub const fn max_entries(mut self, entries: usize) -> Self {
        self.max_entries = entries;
        self
    }

    /// How many bytes they may take together: at least 4096. A session counts as its payload, its owner's name and 256
    /// bytes. One that counts more than 64 KiB, and more than a 64th of all, may not be held.
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// How old what is served may be at the most, if the server has fallen silent: 100 ms to 1 minute, by default two
    /// seconds.
    ///
    /// While the server answers, what it invalidates is dropped within the time that its message takes. This limit is for a
    /// server, or a network, that stopped without closing the connection. It costs one `PING` a connection for each quarter
    /// of it without other commands; in a cluster a `HELLO` and a `CLUSTER INFO`, with or without other commands.
    pub const fn max_staleness(mut self, staleness: Duration) -> Self {
        self.max_staleness = staleness;
        self
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let out_of_bounds = |setting, value, bounds| Err(ConfigError::Bounds { setting, value, bounds });
        if self.max_entries == 0 {
            return out_of_bounds("max_entries", self.max_entries.to_string(), "at least 1");
        }
        if self.max_bytes < 4096 {
            return out_of_bounds("max_bytes", self.max_bytes.to_string(), "at least 4096");
        }
        if self.max_staleness < Duration::from_millis(100) || self.max_staleness > Duration::from_secs(60) {
            let value = format!("{:?}", self.max_staleness);
            return out_of_bounds("max_staleness", value, "100 ms to 1 minute");
        }
        Ok(())
    }
}
