//! The end of what is held, for a session that is written to.

use session_core::StoreKey;

use crate::near_cache::NearCache;

/// Forgets, in the end, what a near-cache holds of a session that is written to: also if the write fails or is cancelled.
pub(crate) struct Forgetting<'a> {
    near_cache: Option<&'a NearCache>,
    key: StoreKey,
}

impl<'a> Forgetting<'a> {
    pub(crate) const fn new(near_cache: Option<&'a NearCache>, key: &StoreKey) -> Self {
        Self { near_cache, key: *key }
    }
}

impl Drop for Forgetting<'_> {
    fn drop(&mut self) {
        if let Some(near_cache) = self.near_cache {
            near_cache.forget(&self.key);
        }
    }
}
