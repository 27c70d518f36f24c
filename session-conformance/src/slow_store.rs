//! A store that takes its time.

use std::ops::RangeInclusive;
use std::time::Duration;

use session_core::{Store, StoreError};

use crate::forward::forward_operations;
use crate::operation::Operation;
use crate::plan::Plan;

/// Delays the operations of its [`Plan`] before they reach the store inside: all of them, until the plan says otherwise.
///
/// It waits with tokio's timer, so a test with paused time does not wait at all.
///
/// ```
/// use std::time::Duration;
///
/// use session_conformance::{Operation, ReferenceStore, SlowStore};
///
/// let store = SlowStore::new(ReferenceStore::new(), Duration::from_millis(200));
/// store.plan().when(|operation| operation == Operation::Load);
/// ```
#[derive(Debug)]
pub struct SlowStore<S> {
    inner: S,
    delay: Delay,
    plan: Plan,
}

#[derive(Debug)]
enum Delay {
    Of(Duration),
    /// By chance. In milliseconds: tokio's timer knows nothing shorter.
    Millis(RangeInclusive<u64>),
    Forever,
}

impl<S: Store> SlowStore<S> {
    /// Delays every operation of `inner` by `delay`.
    #[must_use]
    pub fn new(inner: S, delay: Duration) -> Self {
        Self::by(Delay::Of(delay), inner)
    }

    /// Delays each operation of `inner` by so many milliseconds, by chance.
    ///
    /// Nodes whose operations all take the same time march in step, and what is promised of them may hold for no other reason.
    #[must_use]
    pub fn by_chance(inner: S, millis: RangeInclusive<u64>) -> Self {
        Self::by(Delay::Millis(millis), inner)
    }

    /// Never answers: as a server behind a network that drops every packet.
    #[must_use]
    pub fn hanging(inner: S) -> Self {
        Self::by(Delay::Forever, inner)
    }

    fn by(delay: Delay, inner: S) -> Self {
        Self {
            inner,
            delay,
            plan: Plan::new(|_| true),
        }
    }

    /// What is slow, to keep when the store is given away.
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
            match &self.delay {
                Delay::Of(delay) => tokio::time::sleep(*delay).await,
                Delay::Millis(millis) => tokio::time::sleep(Duration::from_millis(fastrand::u64(millis.clone()))).await,
                Delay::Forever => std::future::pending().await,
            }
        }
        call.await
    }
}

forward_operations!(SlowStore, inner);
