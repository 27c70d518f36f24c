//! Two handles on one store, as two nodes of an application have them.

use std::sync::atomic::{AtomicBool, Ordering};

use session_core::{Store, StoreError};

use crate::forward::forward_operations;
use crate::operation::Operation;

/// Sends each operation to the other one of two handles than the one before.
///
/// Two handles that know nothing of each other but the server, with connections and caches of their own, must together be
/// as good as one. A store that is shared by several processes is proved with this:
///
/// ```
/// # use std::sync::Arc;
/// # use session_conformance::{ReferenceStore as MyStore, TwoNodes};
/// # async fn connect(server: &Arc<MyStore>) -> Arc<MyStore> { server.clone() }
/// session_conformance::store_contract!(async {
///     let namespace = Arc::new(MyStore::new());
///     TwoNodes::new(connect(&namespace).await, connect(&namespace).await)
/// });
/// # fn main() {}
/// ```
#[derive(Debug)]
pub struct TwoNodes<S> {
    first: S,
    second: S,
    is_second_next: AtomicBool,
}

impl<S: Store> TwoNodes<S> {
    /// The two handles, which keep their sessions in one place.
    #[must_use]
    pub const fn new(first: S, second: S) -> Self {
        Self {
            first,
            second,
            is_second_next: AtomicBool::new(false),
        }
    }

    fn next(&self) -> &S {
        if self.is_second_next.fetch_not(Ordering::Relaxed) {
            &self.second
        } else {
            &self.first
        }
    }

    async fn around<T: Send>(
        &self,
        _: Operation,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        call.await
    }
}

forward_operations!(TwoNodes, next());
