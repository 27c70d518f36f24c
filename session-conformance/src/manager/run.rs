//! Carrying out one case as one test.

use std::sync::Arc;
use std::time::Duration;

use session_core::Store;

use crate::verdict::kept;

/// Far more than any case takes: what is not done by then waits for itself.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// Makes a store and runs `case` on it, on a runtime with several threads.
///
/// The tests that the macro writes call this instead of carrying `#[tokio::test]`, so that a store's crate needs no runtime
/// of its own for them.
#[doc(hidden)]
pub fn run<S: Store, F: Future<Output = ()>>(make: impl Future<Output = S>, case: impl FnOnce(Arc<dyn Store>) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build();
    let runtime = kept("there is a runtime for the test", runtime);
    let outcome = runtime.block_on(async {
        let store = Arc::new(make.await);
        tokio::time::timeout(TIME_LIMIT, case(store)).await
    });
    kept("every request comes to its end", outcome);
}
