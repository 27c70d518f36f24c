//! Carrying out one case as one test.

use std::sync::Arc;
use std::time::Duration;

use session_core::Store;

/// Far more than any case takes on the slowest of servers: what is not done by then waits for itself.
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
    let runtime = runtime.unwrap_or_else(|error| panic!("no runtime for the test: {error}"));
    runtime.block_on(async {
        let store = Arc::new(make.await);
        let outcome = tokio::time::timeout(TIME_LIMIT, case(store)).await;
        assert!(
            outcome.is_ok(),
            "promised: every operation answers\nexpected: an end of the case\n    came: none in {TIME_LIMIT:?}"
        );
    });
}
