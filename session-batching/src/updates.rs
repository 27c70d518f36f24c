//! Updates that travel together.

use std::collections::HashMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use session_core::{Cause, StoreError, StoreKey, Updated};

use crate::batch::{Request, Waiting, Work};
use crate::copies::SharedError;
use crate::lanes::Lanes;
use crate::several::{Failed, Update, UpdateSeveral};

/// The updates of a store, alone where a lane is free and together where none is. Clones share the lanes.
pub struct Updates<S: UpdateSeveral>(Lanes<Updating<S>>);

impl<S: UpdateSeveral> Updates<S> {
    /// So many lanes, at least one, and so many while those are slow, as in [`Loads::new`](crate::Loads::new).
    pub fn new(store: Arc<S>, lanes: RangeInclusive<usize>, limit: Duration) -> Self {
        Self(Lanes::new(Updating(store), lanes, limit))
    }

    /// As [`Store::update`](session_core::Store::update).
    ///
    /// # Errors
    ///
    /// Those of the store; when the time limit passes, [`StoreError::Unavailable`] if nothing was sent, else
    /// [`StoreError::ReplyLost`].
    pub async fn update(&self, update: Update) -> Result<Updated, StoreError> {
        let Some(_lane) = self.0.enter(Some(update.key)) else {
            return self.0.wait(update).await;
        };
        self.0.work().0.update(&update).await
    }
}

impl<S: UpdateSeveral> Clone for Updates<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: UpdateSeveral> fmt::Debug for Updates<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Updates").finish_non_exhaustive()
    }
}

impl Request for Update {
    fn writes_to(&self) -> Option<StoreKey> {
        Some(self.key)
    }

    fn bytes(&self) -> usize {
        self.record.payload.len()
    }

    fn lost(cause: Cause) -> StoreError {
        StoreError::ReplyLost(cause)
    }
}

/// What a lane for updates does.
struct Updating<S>(Arc<S>);

impl<S: UpdateSeveral> Work for Updating<S> {
    type Request = Update;
    type Answer = Updated;

    async fn carry_out(&self, mut batch: Vec<Waiting<Self>>) {
        if batch.len() < 2 {
            return self.one_by_one(batch).await;
        }
        // Whoever locks several rows in the order of their keys waits for nobody who waits for it.
        batch.sort_unstable_by_key(|waiting| waiting.request.key);
        let updates: Vec<Update> = batch.iter().map(|waiting| waiting.request.clone()).collect();
        match self.0.update_several(&updates).await {
            Ok(settled) => {
                let settled = settled.into_iter().map(|settled| (settled.key, settled.answer));
                let mut settled: HashMap<_, _> = settled.collect();
                let mut others = Vec::new();
                for waiting in batch {
                    match settled.remove(&waiting.request.key) {
                        Some(answer) => waiting.answer(answer),
                        None => others.push(waiting),
                    }
                }
                self.one_by_one(others).await;
            }
            Err(Failed::OneByOne) => self.one_by_one(batch).await,
            Err(Failed::All(error)) => {
                let error = SharedError::new(error);
                batch.into_iter().for_each(|waiting| waiting.answer(Err(error.copy())));
            }
        }
    }
}

impl<S: UpdateSeveral> Updating<S> {
    async fn one_by_one(&self, batch: Vec<Waiting<Self>>) {
        for waiting in batch.into_iter().filter(|waiting| !waiting.is_left()) {
            let answer = self.0.update(&waiting.request).await;
            waiting.answer(answer);
        }
    }
}
