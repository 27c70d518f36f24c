//! A store whose replies are sometimes lost.

use session_core::{Store, StoreError};

use crate::forward::forward_operations;
use crate::operation::Operation;
use crate::plan::Plan;

/// Carries out the operations of its [`Plan`], then answers [`StoreError::ReplyLost`] as if the connection had broken
/// before the reply came.
///
/// An operation that fails by itself fails with its own error.
///
/// ```
/// use session_conformance::{LostReplyStore, Operation, ReferenceStore};
///
/// let store = LostReplyStore::new(ReferenceStore::new());
/// store.plan().next_of(Operation::Update, 1);
/// ```
#[derive(Debug)]
pub struct LostReplyStore<S> {
    inner: S,
    plan: Plan,
}

impl<S: Store> LostReplyStore<S> {
    /// Loses no reply of `inner` until its plan says so.
    #[must_use]
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            plan: Plan::new(|_| false),
        }
    }

    /// What is lost, to keep when the store is given away.
    #[must_use]
    pub fn plan(&self) -> Plan {
        self.plan.clone()
    }

    async fn around<T: Send>(
        &self,
        operation: Operation,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let is_lost = self.plan.chooses(operation);
        let answer = call.await?;
        if is_lost {
            return Err(StoreError::ReplyLost(
                format!("planned loss of the reply to {operation}").into(),
            ));
        }
        Ok(answer)
    }
}

forward_operations!(LostReplyStore, inner);
