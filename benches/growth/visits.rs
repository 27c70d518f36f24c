//! Visitors who come by chance.

use std::sync::Arc;

use session_bench::{Contender, NOW};
use session_core::{Loaded, Record, Revision, Store, StoreKey, Updated};

use crate::fill::key;

/// Sessions of a store, of whom each caller has his own.
struct Visitors {
    store: Arc<dyn Store>,
    each: usize,
    callers: usize,
}

impl Visitors {
    fn key(&self, caller: usize) -> StoreKey {
        key(fastrand::usize(..self.each) * self.callers + caller)
    }

    async fn load(&self, key: &StoreKey) -> Record {
        match self.store.load(key, NOW).await.unwrap() {
            Loaded::Found(record) => record,
            other @ (Loaded::Moved(_) | Loaded::Absent) => panic!("{other:?}"),
        }
    }
}

/// Loads a session.
pub(crate) struct Loads(Visitors);

/// Loads a session, and updates it.
pub(crate) struct Updates(Visitors);

impl Loads {
    pub(crate) fn new(store: Arc<dyn Store>, count: usize, callers: usize) -> Self {
        let each = count / callers;
        Self(Visitors { store, each, callers })
    }
}

impl Updates {
    pub(crate) fn new(store: Arc<dyn Store>, count: usize, callers: usize) -> Self {
        let Loads(visitors) = Loads::new(store, count, callers);
        Self(visitors)
    }
}

impl Contender for Loads {
    async fn operate(&self, caller: usize) {
        self.0.load(&self.0.key(caller)).await;
    }
}

impl Contender for Updates {
    async fn operate(&self, caller: usize) {
        let key = self.0.key(caller);
        let mut record = self.0.load(&key).await;
        let expected = record.revision;
        record.revision = Revision::from_u64(expected.as_u64() + 1);
        let updated = self.0.store.update(&key, &record, expected, NOW).await.unwrap();
        assert_eq!(updated, Updated::Applied);
    }
}
