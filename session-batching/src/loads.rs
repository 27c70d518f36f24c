//! Loads that travel together.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use session_core::{Cause, Loaded, Moment, StoreError, StoreKey};

use crate::batch::{Request, Waiting, Work};
use crate::copies::{SharedError, Told};
use crate::lanes::Lanes;
use crate::several::{Failed, LoadSeveral};

/// The loads of a store, alone where a lane is free and together where none is. Clones share the lanes.
pub struct Loads<S: LoadSeveral>(Lanes<Loading<S>>);

impl<S: LoadSeveral> Loads<S> {
    /// So many lanes, at least one; and up to so many while those are slow. A caller in line waits for at most `limit`.
    ///
    /// A lane should be a connection that is to be had at once. Few do: each is always busy under load, and what it carries grows. Where a lane
    /// takes more than [`SLOW`](crate::SLOW), those in line do not go on waiting for it.
    pub fn new(store: Arc<S>, lanes: RangeInclusive<usize>, limit: Duration) -> Self {
        Self(Lanes::new(Loading(store), lanes, limit))
    }

    /// As [`Store::load`](session_core::Store::load).
    ///
    /// # Errors
    ///
    /// Those of the store; [`StoreError::Unavailable`] also when the time limit passes.
    pub async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        let Some(_lane) = self.0.enter(None) else {
            return self.0.wait(Load { key: *key, now }).await;
        };
        self.0.work().0.load(key, now).await
    }
}

impl<S: LoadSeveral> Clone for Loads<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: LoadSeveral> fmt::Debug for Loads<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Loads").finish_non_exhaustive()
    }
}

/// A caller's load.
struct Load {
    key: StoreKey,
    now: Moment,
}

impl Request for Load {
    /// It changes nothing.
    fn lost(cause: Cause) -> StoreError {
        StoreError::Unavailable(cause)
    }
}

/// What a lane for loads does.
struct Loading<S>(Arc<S>);

impl<S: LoadSeveral> Work for Loading<S> {
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
                let error = SharedError::new(error);
                batch.into_iter().for_each(|waiting| waiting.answer(Err(error.copy())));
            }
        }
    }
}

impl<S: LoadSeveral> Loading<S> {
    async fn one_by_one(&self, batch: Vec<Waiting<Self>>) {
        for waiting in batch.into_iter().filter(|waiting| !waiting.is_left()) {
            let answer = self.0.load(&waiting.request.key, waiting.request.now).await;
            waiting.answer(answer);
        }
    }
}
