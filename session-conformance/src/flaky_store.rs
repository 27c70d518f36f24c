//! A store that is sometimes unavailable.

use session_core::{Store, StoreError};

use crate::forward::forward_operations;
use crate::operation::Operation;
use crate::plan::Plan;

/// Fails the operations of its [`Plan`] with [`StoreError::Unavailable`]: they never reach the store inside.
///
/// ```
/// use session_conformance::{FlakyStore, Operation, ReferenceStore};
/// use session_core::{Store, StoreError};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let store = FlakyStore::new(ReferenceStore::new());
/// store.plan().next(1);
/// assert!(matches!(store.clear().await, Err(StoreError::Unavailable(_))));
/// store.clear().await?;
/// # Ok::<(), StoreError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FlakyStore<S> {
    inner: S,
    plan: Plan,
}

impl<S: Store> FlakyStore<S> {
    /// Fails nothing of `inner` until its plan says so.
    #[must_use]
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            plan: Plan::new(|_| false),
        }
    }

    /// What fails, to keep when the store is given away.
    #[must_use]
    pub fn plan(&self) -> Plan {
        self.plan.clone()
    }

    async fn around<T: Send>(
        &self,
        operation: Operation,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        if self.plan.chooses(operation) {
            return Err(StoreError::Unavailable(
                format!("planned failure of {operation}").into(),
            ));
        }
        call.await
    }
}

forward_operations!(FlakyStore, inner);
