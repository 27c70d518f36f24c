//! Updates that travel together.

use std::collections::HashMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use session_core::{Cause, Loaded, StoreError, StoreKey, Updated};

use crate::batch::{Request, Waiting, Work};
use crate::copies::SharedError;
use crate::lanes::Lanes;
use crate::several::{Failed, Seen, Update, UpdateSeveral};

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

    fn lost(cause: Cause) -> StoreError {
        StoreError::ReplyLost(cause)
    }
}

/// What a lane for updates does.
struct Updating<S>(Arc<S>);

impl<S: UpdateSeveral> Work for Updating<S> {
    type Request = Update;
    type Answer = Updated;

    fn most_bytes(&self) -> usize {
        self.0.most_bytes()
    }

    fn bytes(&self, update: &Update) -> usize {
        self.0.bytes(update)
    }

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
                self.explain(others).await;
            }
            Err(Failed::OneByOne) => self.one_by_one(batch).await,
            Err(Failed::All(error)) => tell_all(batch, error),
        }
    }
}

fn tell_all<S: UpdateSeveral>(batch: Vec<Waiting<Updating<S>>>, error: StoreError) {
    let error = SharedError::new(error);
    batch.into_iter().for_each(|waiting| waiting.answer(Err(error.copy())));
}

/// Why an update was not carried out; `None`: it could be now.
fn explanation(update: &Update, seen: Option<Seen>) -> Option<Result<Updated, StoreError>> {
    let seen = seen.filter(|seen| seen.expires_at > update.now);
    Some(match seen.map(|seen| seen.what) {
        None | Some(Ok(Loaded::Absent)) => Ok(Updated::Gone),
        Some(Ok(Loaded::Moved(successor))) => Ok(Updated::Moved(successor)),
        Some(Ok(Loaded::Found(current))) if current.revision == update.expected => return None,
        Some(Ok(Loaded::Found(current))) => Ok(Updated::Conflict(current)),
        Some(Err(error)) => Err(error),
    })
}

impl<S: UpdateSeveral> Updating<S> {
    /// Tells those whose updates were not carried out what is there instead.
    ///
    /// One after the other they would take so long together that the last of them would have no time left.
    async fn explain(&self, batch: Vec<Waiting<Self>>) {
        let Some(earliest) = batch.iter().map(|waiting| waiting.request.now).min() else {
            return;
        };
        let keys: Vec<StoreKey> = batch.iter().map(|waiting| waiting.request.key).collect();
        match self.0.load_several(&keys, earliest).await {
            Ok(seen) => {
                let mut seen: HashMap<_, _> = seen.into_iter().map(|seen| (seen.key, seen)).collect();
                let mut others = Vec::new();
                for waiting in batch {
                    match explanation(&waiting.request, seen.remove(&waiting.request.key)) {
                        Some(answer) => waiting.answer(answer),
                        None => others.push(waiting),
                    }
                }
                self.one_by_one(others).await;
            }
            Err(Failed::OneByOne) => self.one_by_one(batch).await,
            Err(Failed::All(error)) => tell_all(batch, error),
        }
    }

    async fn one_by_one(&self, batch: Vec<Waiting<Self>>) {
        for waiting in batch.into_iter().filter(|waiting| !waiting.is_left()) {
            let answer = self.0.update(&waiting.request).await;
            waiting.answer(answer);
        }
    }
}
