//! How a case says what was promised, what was expected and what came.
#![expect(clippy::panic, reason = "a test suite reports by panicking")]

use std::fmt::Debug;
use std::time::Duration;

use tokio::task::JoinHandle;

/// Far more than anything takes that is to be waited for: what is not there by then never comes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Holds what came to one promise.
#[track_caller]
#[expect(
    clippy::needless_pass_by_value,
    reason = "a case reads better without a reference to each answer"
)]
pub(crate) fn promise<Came: PartialEq<Expected> + Debug, Expected: Debug>(
    promised: &str,
    came: Came,
    expected: Expected,
) {
    assert!(
        came == expected,
        "promised: {promised}\nexpected: {expected:?}\n    came: {came:?}"
    );
}

/// Holds what came to one promise that is no single answer.
#[track_caller]
pub(crate) fn promise_that(promised: &str, is_kept: bool, came: impl Debug) {
    assert!(is_kept, "promised: {promised}\n    came: {came:?}");
}

/// The value, where any other answer breaks the promise.
#[track_caller]
pub(crate) fn kept<T, E: Debug>(promised: &str, came: Result<T, E>) -> T {
    match came {
        Ok(value) => value,
        Err(error) => panic!("promised: {promised}\n    came: the error {error:?}"),
    }
}

/// What `future` answers, if it does so within [`PATIENCE`].
#[track_caller]
pub(crate) fn in_time<F: Future>(promised: &str, future: F) -> impl Future<Output = F::Output> {
    let promised = promised.to_owned();
    async move {
        let outcome = tokio::time::timeout(PATIENCE, future).await;
        outcome.unwrap_or_else(|_| panic!("promised: {promised}\n    came: nothing in {PATIENCE:?}"))
    }
}

/// What a task answers; its panic goes on here.
#[track_caller]
pub(crate) fn joined<T>(task: JoinHandle<T>) -> impl Future<Output = T> {
    let joined = in_time("a request comes to its end", task);
    async {
        joined
            .await
            .unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }
}
