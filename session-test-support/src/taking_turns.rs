//! Two nodes of different kinds in front of the same sessions, taking turns.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use session_core::{
    Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, ScanCursor, Scanned, Store,
    StoreError, StoreKey, Touch, Touched, Updated,
};
use tokio::sync::Mutex;

/// As a load balancer would, it hands each operation to the other node.
#[derive(Debug)]
pub struct TakingTurns<S> {
    one: S,
    other: S,
    turns: AtomicUsize,
    used: Mutex<BTreeSet<StoreKey>>,
}

impl<S: Store> TakingTurns<S> {
    /// The store as each of the nodes has it.
    pub fn of(one: S, other: S) -> Self {
        Self {
            one,
            other,
            turns: AtomicUsize::new(0),
            used: Mutex::default(),
        }
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
            /// Nobody draws a key twice, but some cases do. A store may refuse one that it has seen before, and so does this.
            async fn create(
                &self,
                key: &StoreKey,
                record: &Record,
                signs_in: Option<Moment>,
                now: Moment,
            ) -> Result<Created, StoreError> {
                let mut used = self.used.lock().await;
                if used.contains(key) || self.next().load(key, now).await? != Loaded::Absent {
                    return Ok(Created::Taken);
                }
                let created = self.next().create(key, record, signs_in, now).await?;
                if created == Created::Created {
                    used.insert(*key);
                }
                Ok(created)
            }

            async fn clear(&self) -> Result<(), StoreError> {
                self.used.lock().await.clear();
                self.next().clear().await
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
}
