//! What a store calls.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use session_core::{Loaded, Moment, StoreError, StoreKey, Updated};

use crate::lanes::Lanes;
use crate::loads::{Load, Loads};
use crate::several::{Several, Update};
use crate::updates::Updates;

/// The loads and updates of a store, alone where a lane is free and together where none is. Clones share the lanes.
pub struct Batching<S: Several> {
    loads: Lanes<Loads<S>>,
    updates: Lanes<Updates<S>>,
}

impl<S: Several> Clone for Batching<S> {
    fn clone(&self) -> Self {
        Self {
            loads: self.loads.clone(),
            updates: self.updates.clone(),
        }
    }
}

impl<S: Several> fmt::Debug for Batching<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Batching").finish_non_exhaustive()
    }
}

impl<S: Several> Batching<S> {
    /// So many lanes for loads, and so many for updates: at least one each. A caller in line waits for at most `limit`.
    ///
    /// A lane should be a connection that is to be had at once. Few do: each is always busy under load, and what it carries grows.
    pub fn new(store: Arc<S>, loads: usize, updates: usize, limit: Duration) -> Self {
        Self {
            loads: Lanes::new(Loads(Arc::clone(&store)), loads, limit),
            updates: Lanes::new(Updates(store), updates, limit),
        }
    }

    /// As [`Store::load`](session_core::Store::load).
    ///
    /// # Errors
    ///
    /// Those of the store; [`StoreError::Unavailable`] also when the time limit passes.
    pub async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        let Some(_lane) = self.loads.enter(None) else {
            return self.loads.wait(Load { key: *key, now }).await;
        };
        self.loads.work().0.load(key, now).await
    }

    /// As [`Store::update`](session_core::Store::update).
    ///
    /// # Errors
    ///
    /// Those of the store; when the time limit passes, [`StoreError::Unavailable`] if nothing was sent, else
    /// [`StoreError::ReplyLost`].
    pub async fn update(&self, update: Update) -> Result<Updated, StoreError> {
        let Some(_lane) = self.updates.enter(Some(update.key)) else {
            return self.updates.wait(update).await;
        };
        self.updates.work().0.update(&update).await
    }
}
