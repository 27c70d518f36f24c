//! Carrying out one case as one test.

use std::time::Duration;

use super::serve::{Adapter, AnyAdapter};
use crate::verdict::kept;

/// Far more than any case takes: what is not done by then waits for itself.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// Runs `case` on `adapter`, on a runtime with several threads.
///
/// The tests that the macro writes call this instead of carrying `#[tokio::test]`, so that an adapter's crate needs no
/// runtime of its own for them.
#[doc(hidden)]
pub fn run<F: Future<Output = ()>>(adapter: impl Adapter, case: impl FnOnce(AnyAdapter) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = kept("there is a runtime for the test", runtime);
    let outcome = runtime.block_on(async { tokio::time::timeout(TIME_LIMIT, case(AnyAdapter::new(adapter))).await });
    kept("every request comes to its end", outcome);
}
