//! A store with records that can't be read.

use std::collections::BTreeSet;

use async_trait::async_trait;
use session_core::{
    Cause, Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, ScanCursor, Scanned,
    Store, StoreError, StoreKey, Touch, Touched, Updated,
};

#[derive(Debug)]
pub(crate) struct Damaged<S> {
    inner: S,
    keys: BTreeSet<StoreKey>,
}

impl<S: Store> Damaged<S> {
    pub(crate) fn at(inner: S, keys: impl IntoIterator<Item = StoreKey>) -> Self {
        let keys = keys.into_iter().collect();
        Self { inner, keys }
    }
}

macro_rules! pass_on {
    ($($operation:ident($($name:ident: $kind:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl<S: Store> Store for Damaged<S> {
            async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
                if self.keys.contains(key) {
                    return Err(StoreError::Corrupt(Cause::from("damaged")));
                }
                self.inner.load(key, now).await
            }

            $(async fn $operation(&self, $($name: $kind),*) -> Result<$answer, StoreError> {
                self.inner.$operation($($name),*).await
            })*
        }
    };
}

pass_on! {
    create(key: &StoreKey, record: &Record, signs_in: Option<Moment>, now: Moment) -> Created;
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
