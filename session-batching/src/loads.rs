//! Loads that travel together.

use std::collections::BTreeMap;
use std::sync::Arc;

use session_core::{Cause, Loaded, Moment, StoreError, StoreKey};

use crate::batch::{Request, Waiting, Work};
use crate::copies::{Shared, Told};
use crate::several::{Failed, Several};

/// A caller's load.
pub(crate) struct Load {
    pub(crate) key: StoreKey,
    pub(crate) now: Moment,
}

impl Request for Load {
    /// It changes nothing.
    fn lost(cause: Cause) -> StoreError {
        StoreError::Unavailable(cause)
    }
}

/// Loads from a store.
pub(crate) struct Loads<S>(pub(crate) Arc<S>);

impl<S: Several> Work for Loads<S> {
    type Request = Load;
    type Answer = Loaded;

    async fn carry_out(&self, batch: Vec<Waiting<Self>>) {
        let mut keys: Vec<StoreKey> = batch.iter().map(|waiting| waiting.request.key).collect();
        keys.sort_unstable();
        keys.dedup();
        let earliest = batch.iter().map(|waiting| waiting.request.now).min();
        let (Some(earliest), 2..) = (earliest, batch.len()) else {
            return self.one_by_one(batch).await;
        };
        match self.0.load_several(&keys, earliest).await {
            Ok(seen) => {
                let seen = seen
                    .into_iter()
                    .map(|seen| (seen.key, (seen.expires_at, Told::from(seen.what))));
                let seen: BTreeMap<_, _> = seen.collect();
                for waiting in batch {
                    let Load { key, now } = waiting.request;
                    let lives = seen.get(&key).filter(|(expires_at, _)| *expires_at > now);
                    waiting.answer(lives.map_or(Ok(Loaded::Absent), |(_, told)| told.copy()));
                }
            }
            Err(Failed::OneByOne) => self.one_by_one(batch).await,
            Err(Failed::All(error)) => {
                let error = Shared::new(error);
                batch.into_iter().for_each(|waiting| waiting.answer(Err(error.copy())));
            }
        }
    }
}

impl<S: Several> Loads<S> {
    async fn one_by_one(&self, batch: Vec<Waiting<Self>>) {
        for waiting in batch.into_iter().filter(|waiting| !waiting.is_left()) {
            let answer = self.0.load(&waiting.request.key, waiting.request.now).await;
            waiting.answer(answer);
        }
    }
}
