//! A store that has only `delete_expired`, whose answers the test chooses.

use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use session_core::{
    Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, ScanCursor, Scanned, Store,
    StoreError, StoreKey, Touch, Touched, Updated,
};
use tokio::time::{Instant, sleep};

/// More calls than any test makes: a loop that should have ended is told so, and does not hang.
const TOO_MANY: usize = 20_000;

pub(crate) enum Answer {
    Removed(u64),
    RemovedAfter(Duration, u64),
    Fails,
    Hangs,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) at: Instant,
    pub(crate) limit: usize,
    pub(crate) now: Moment,
}

type Script = Box<dyn FnMut(usize) -> Answer + Send>;

#[derive(Clone)]
pub(crate) struct ScriptedStore {
    script: Arc<Mutex<Script>>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl ScriptedStore {
    /// `script` gets the number of each call, from 0.
    pub(crate) fn new(script: impl FnMut(usize) -> Answer + Send + 'static) -> Self {
        Self {
            script: Arc::new(Mutex::new(Box::new(script))),
            calls: Arc::default(),
        }
    }

    /// Answers these in turn, and from then on that nothing is left.
    pub(crate) fn answering(answers: impl IntoIterator<Item = Answer, IntoIter: Send + 'static>) -> Self {
        let mut answers = answers.into_iter();
        Self::new(move |_| answers.next().unwrap_or(Answer::Removed(0)))
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// The time from each call to the next.
    pub(crate) fn gaps(&self) -> Vec<Duration> {
        let calls = self.calls();
        calls.windows(2).map(|pair| pair[1].at - pair[0].at).collect()
    }
}

impl fmt::Debug for ScriptedStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ScriptedStore")
    }
}

#[async_trait]
impl Store for ScriptedStore {
    async fn delete_expired(&self, limit: usize, now: Moment) -> Result<u64, StoreError> {
        let at = Instant::now();
        let number = {
            let mut calls = self.calls.lock().unwrap();
            calls.push(Call { at, limit, now });
            calls.len() - 1
        };
        assert!(number < TOO_MANY, "no end in sight");
        let answer = (self.script.lock().unwrap())(number);
        match answer {
            Answer::Removed(removed) => Ok(removed),
            Answer::RemovedAfter(delay, removed) => {
                sleep(delay).await;
                Ok(removed)
            }
            Answer::Fails => Err(StoreError::Unavailable("the server is away".into())),
            Answer::Hangs => pending().await,
        }
    }

    async fn create(&self, _: &StoreKey, _: &Record, _: Option<Moment>, _: Moment) -> Result<Created, StoreError> {
        unreachable!("the clean-up only removes")
    }

    async fn load(&self, _: &StoreKey, _: Moment) -> Result<Loaded, StoreError> {
        unreachable!("the clean-up only removes")
    }

    async fn update(&self, _: &StoreKey, _: &Record, _: Revision, _: Moment) -> Result<Updated, StoreError> {
        unreachable!("the clean-up only removes")
    }

    async fn rotate(&self, _: &Rotation<'_>, _: Moment) -> Result<Rotated, StoreError> {
        unreachable!("the clean-up only removes")
    }

    async fn touch(&self, _: &StoreKey, _: &Touch, _: Moment) -> Result<Touched, StoreError> {
        unreachable!("the clean-up only removes")
    }

    async fn delete(&self, _: &StoreKey, _: Moment) -> Result<Deleted, StoreError> {
        unreachable!("the clean-up only removes")
    }

    async fn sessions_of(&self, _: &Owner, _: Moment) -> Result<Vec<Listed>, StoreError> {
        unreachable!("the clean-up only removes")
    }

    async fn delete_sessions_of(&self, _: &Owner, _: Option<&StoreKey>, _: Moment) -> Result<u64, StoreError> {
        unreachable!("the clean-up only removes")
    }

    async fn count(&self, _: Moment) -> Result<u64, StoreError> {
        unreachable!("the clean-up only removes")
    }

    async fn scan(&self, _: Option<&ScanCursor>, _: usize) -> Result<Scanned, StoreError> {
        unreachable!("the clean-up only removes")
    }

    async fn clear(&self) -> Result<(), StoreError> {
        unreachable!("the clean-up only removes")
    }
}
