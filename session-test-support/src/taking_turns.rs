//! Two nodes of different kinds in front of the same sessions, taking turns.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use session_core::{
    Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, ScanCursor, Scanned, Store,
    StoreError, StoreKey, Touch, Touched, Updated,
};

/// As a load balancer would, it hands each operation to the other node.
#[derive(Debug)]
pub struct TakingTurns<S> {
    one: S,
    other: S,
    turns: AtomicUsize,
}

impl<S: Store> TakingTurns<S> {
    /// The store as each of the nodes has it.
    pub fn of(one: S, other: S) -> Self {
        let turns = AtomicUsize::new(0);
        Self { one, other, turns }
    }

    fn next(&self) -> &S {
        if self.turns.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            &self.one
        } else {
            &self.other
        }
    }
}

macro_rules! take_turns {
    ($($operation:ident($($name:ident: $kind:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl<S: Store> Store for TakingTurns<S> {
            /// Nobody draws a key twice, but some cases do, and want to hear of the first: so it is looked for, and a key has one node to be
            /// filed by.
            async fn create(
                &self,
                key: &StoreKey,
                record: &Record,
                signs_in: Option<Moment>,
                now: Moment,
            ) -> Result<Created, StoreError> {
                if self.next().load(key, now).await? != Loaded::Absent {
                    return Ok(Created::Taken);
                }
                let sum: u32 = key.as_bytes().iter().copied().map(u32::from).sum();
                let node = if sum.is_multiple_of(2) { &self.one } else { &self.other };
                node.create(key, record, signs_in, now).await
            }

            $(async fn $operation(&self, $($name: $kind),*) -> Result<$answer, StoreError> {
                self.next().$operation($($name),*).await
            })*
        }
    };
}

take_turns! {
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
