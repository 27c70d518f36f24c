//! How large a store may grow.

use std::sync::Arc;

use session_core::ConfigError;

use crate::capacity::{Capacity, SESSION_BYTES};
use crate::owners::Owners;
use crate::sessions::Sessions;
use crate::shard::Shards;
use crate::store::MemoryStore;

const MAX_SESSIONS: usize = 1_000_000;
const MAX_BYTES: usize = 1 << 30;

/// What a full store does with a session that does not fit.
///
/// Sessions that have ended make room first, whatever is chosen here.
///
/// ```
/// use session_store_memory::{MemoryStore, WhenFull};
///
/// let store = MemoryStore::builder().when_full(WhenFull::EvictNearestEnd).build()?;
/// # Ok::<(), session_core::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenFull {
    /// Answers [`StoreError::Full`](session_core::StoreError::Full) and leaves the others as they are. The default.
    ///
    /// Whoever can start sessions without signing in can fill the store, and keep others from starting one.
    #[default]
    Refuse,
    /// Ends the session that is nearest its end and belongs to nobody, as often as needed.
    ///
    /// A session with an owner is never ended for another: where only such are left, the answer is
    /// [`StoreError::Full`](session_core::StoreError::Full). The session that grows is spared.
    ///
    /// An eviction costs a look at each of 256 shards, whatever they hold. The choice is exact, except that after many
    /// sessions were prolonged since the last one it may fall on a later end, within those that were to end first.
    EvictNearestEnd,
}

/// Settings of a [`MemoryStore`].
///
/// ```
/// use session_store_memory::MemoryStore;
///
/// let store = MemoryStore::builder()
///     .max_sessions(50_000)
///     .max_bytes(64 * 1024 * 1024)
///     .build()?;
/// # Ok::<(), session_core::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct MemoryStoreBuilder {
    max_sessions: usize,
    max_bytes: usize,
    when_full: WhenFull,
}

impl MemoryStoreBuilder {
    pub(crate) const fn new() -> Self {
        Self {
            max_sessions: MAX_SESSIONS,
            max_bytes: MAX_BYTES,
            when_full: WhenFull::Refuse,
        }
    }

    /// How many sessions there may be: at least 1, by default 1,000,000.
    ///
    /// What rotations leave for a while under the old keys does not count.
    pub const fn max_sessions(mut self, sessions: usize) -> Self {
        self.max_sessions = sessions;
        self
    }

    /// How much memory the sessions may take together, in bytes: at least 192, by default 1 GiB.
    ///
    /// A session counts as its payload and 192 bytes for its place in the tables, and one with an owner as the name's
    /// length and 128 bytes more: about what it takes. A session that is larger than all of it is refused with
    /// [`StoreError::TooLarge`](session_core::StoreError::TooLarge).
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// What happens to a session that does not fit: by default it is refused.
    pub const fn when_full(mut self, when_full: WhenFull) -> Self {
        self.when_full = when_full;
        self
    }

    /// An empty store.
    ///
    /// # Errors
    ///
    /// When a setting is out of its bounds.
    pub fn build(self) -> Result<MemoryStore, ConfigError> {
        if self.max_sessions == 0 {
            return Err(out_of_bounds("max_sessions", self.max_sessions, "at least 1"));
        }
        if self.max_bytes < SESSION_BYTES {
            return Err(out_of_bounds("max_bytes", self.max_bytes, "at least 192"));
        }
        Ok(self.open())
    }

    /// An empty store with settings that are known to be within their bounds.
    pub(crate) fn open(self) -> MemoryStore {
        MemoryStore::sharing(Arc::new(Sessions {
            shards: Shards::default(),
            owners: Owners::default(),
            capacity: Capacity::new(self.max_sessions, self.max_bytes),
            when_full: self.when_full,
        }))
    }
}

fn out_of_bounds(setting: &'static str, value: usize, bounds: &'static str) -> ConfigError {
    ConfigError::Bounds {
        setting,
        value: value.to_string(),
        bounds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_without_room_for_any_session_is_not_built() {
        let none = MemoryStore::builder().max_sessions(0).build().unwrap_err();
        assert_eq!(none.to_string(), "max_sessions is 0, needs at least 1");
        let small = MemoryStore::builder().max_bytes(SESSION_BYTES - 1).build().unwrap_err();
        assert_eq!(small.to_string(), "max_bytes is 191, needs at least 192");
        assert!(
            MemoryStore::builder()
                .max_sessions(1)
                .max_bytes(SESSION_BYTES)
                .build()
                .is_ok()
        );
    }
}
