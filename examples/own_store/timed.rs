//! The store: it delegates every operation, and notes how long each took.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use session_kit::{Created, Deleted, Listed, Loaded, Rotated, Rotation, ScanCursor, Scanned, Touch, Touched, Updated};
use session_kit::{Moment, Owner, Record, Revision, Store, StoreError, StoreKey};
use tokio::time::Instant;

/// How often each operation was asked for, and how long it took altogether.
pub(crate) type Numbers = Arc<Mutex<BTreeMap<&'static str, (u64, Duration)>>>;

#[derive(Debug)]
pub(crate) struct Timed<S> {
    pub(crate) inner: S,
    pub(crate) numbers: Numbers,
}

impl<S> Timed<S> {
    fn note(&self, operation: &'static str, took: Duration) {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let (calls, time) = numbers.entry(operation).or_default();
        *calls += 1;
        *time += took;
    }
}

macro_rules! delegate {
    ($($operation:ident($($name:ident: $kind:ty),*) -> $answer:ty;)*) => {
        #[async_trait::async_trait]
        impl<S: Store> Store for Timed<S> {
            $(async fn $operation(&self, $($name: $kind),*) -> Result<$answer, StoreError> {
                let began = Instant::now();
                let answer = self.inner.$operation($($name),*).await;
                self.note(stringify!($operation), began.elapsed());
                answer
            })*
        }
    };
}

delegate! {
    create(key: &StoreKey, record: &Record, signs_in: Option<Moment>, now: Moment) -> Created;
    load(key: &StoreKey, now: Moment) -> Loaded;
    update(key: &StoreKey, record: &Record, expected: Revision, now: Moment) -> Updated;
    rotate(rotation: &Rotation<'_>, now: Moment) -> Rotated;
    touch(key: &StoreKey, touch: &Touch, now: Moment) -> Touched;
    delete(key: &StoreKey, now: Moment) -> Deleted;
    sessions_of(owner: &Owner, now: Moment) -> Vec<Listed>;
    delete_sessions_of(owner: &Owner, except: Option<&StoreKey>, now: Moment) -> u64;
    delete_expired(limit: usize, now: Moment) -> u64;
    count(now: Moment) -> u64;
    scan(from: Option<&ScanCursor>, limit: usize) -> Scanned;
    clear() -> ();
}
