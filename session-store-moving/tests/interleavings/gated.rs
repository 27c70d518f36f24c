//! A store that lets the explorer decide before each operation who is next.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{
    Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, ScanCursor, Scanned, Store,
    StoreError, StoreKey, Touch, Touched, Updated,
};

#[derive(Debug)]
pub(crate) struct Gated(pub(crate) Arc<ReferenceStore>);

/// Not ready when it is first asked.
struct Turn(bool);

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

macro_rules! gate {
    ($($operation:ident($($name:ident: $kind:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl Store for Gated {
            $(async fn $operation(&self, $($name: $kind),*) -> Result<$answer, StoreError> {
                Turn(false).await;
                self.0.$operation($($name),*).await
            })*
        }
    };
}

gate! {
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
