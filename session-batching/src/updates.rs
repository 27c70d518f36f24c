//! Updates that travel together.

use std::sync::Arc;

use session_core::{Cause, StoreError, StoreKey, Updated};

use crate::batch::{Request, Waiting, Work};
use crate::copies::Shared;
use crate::several::{Failed, Several, Update};

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

/// Updates of a store.
pub(crate) struct Updates<S>(pub(crate) Arc<S>);

impl<S: Several> Work for Updates<S> {
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
            Ok(mut applied) => {
                applied.sort_unstable();
                let (applied, others): (Vec<_>, Vec<_>) = batch
                    .into_iter()
                    .partition(|waiting| applied.binary_search(&waiting.request.key).is_ok());
                applied
                    .into_iter()
                    .for_each(|waiting| waiting.answer(Ok(Updated::Applied)));
                self.one_by_one(others).await;
            }
            Err(Failed::OneByOne) => self.one_by_one(batch).await,
            Err(Failed::All(error)) => {
                let error = Shared::new(error);
                batch.into_iter().for_each(|waiting| waiting.answer(Err(error.copy())));
            }
        }
    }
}

impl<S: Several> Updates<S> {
    async fn one_by_one(&self, batch: Vec<Waiting<Self>>) {
        for waiting in batch.into_iter().filter(|waiting| !waiting.is_left()) {
            let answer = self.0.update(&waiting.request).await;
            waiting.answer(answer);
        }
    }
}
