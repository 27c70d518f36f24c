//! A store that counts what it is asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use session_core::{Store, StoreError};

use crate::forward::forward_operations;
use crate::operation::Operation;

/// Counts the operations that reach the store inside.
///
/// An operation counts when it begins, whether it fails or not.
///
/// ```
/// use session_conformance::{CountingStore, Operation, ReferenceStore};
///
/// let store = CountingStore::new(ReferenceStore::new());
/// let counts = store.counts();
/// // ... serve a page that has no need of its session ...
/// assert_eq!(counts.total(), 0);
/// assert_eq!(counts.of(Operation::Load), 0);
/// ```
#[derive(Debug)]
pub struct CountingStore<S> {
    inner: S,
    counts: Counts,
}

impl<S: Store> CountingStore<S> {
    /// Counts what reaches `inner`, from zero.
    #[must_use]
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            counts: Counts::default(),
        }
    }

    /// The counts, to keep when the store is given away.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts.clone()
    }

    async fn around<T: Send>(
        &self,
        operation: Operation,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        self.counts.add(operation);
        call.await
    }
}

forward_operations!(CountingStore, inner);

/// How often each operation of a [`CountingStore`] was asked for. Clones share the numbers.
#[derive(Clone, Debug, Default)]
pub struct Counts(Arc<Mutex<BTreeMap<Operation, u64>>>);

impl Counts {
    /// How often `operation` was asked for.
    #[must_use]
    pub fn of(&self, operation: Operation) -> u64 {
        self.all().get(&operation).copied().unwrap_or(0)
    }

    /// How many operations there were together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.all().values().sum()
    }

    /// The operations that were asked for at all, with their numbers.
    #[must_use]
    pub fn all(&self) -> BTreeMap<Operation, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts from zero again.
    pub fn reset(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn add(&self, operation: Operation) {
        *self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(operation)
            .or_default() += 1;
    }
}
