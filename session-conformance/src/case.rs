//! One promise as a value, and as a test.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use crate::verdict::kept;

/// Far more than any case takes on the slowest of servers: what is not done by then waits for itself.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// One case of a suite, for those who run it in their own way: what it holds to its promise is a store or an adapter.
///
/// ```
/// use std::sync::Arc;
///
/// use session_conformance::{ReferenceStore, store};
///
/// # tokio::runtime::Builder::new_multi_thread().build()?.block_on(async {
/// for case in store::cases().filter(|case| case.name().starts_with("touch")) {
///     case.run(Arc::new(ReferenceStore::new())).await;
/// }
/// # });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Case<On> {
    pub(crate) name: &'static str,
    pub(crate) run: fn(On) -> Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl<On> Case<On> {
    /// The promise, as the name of its function.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Holds `subject` to the promise, on a tokio runtime with several threads. A store must be empty. Panics if the promise
    /// is broken.
    pub async fn run(&self, subject: On) {
        (self.run)(subject).await;
    }
}

impl<On> Clone for Case<On> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<On> Copy for Case<On> {}

impl<On> fmt::Debug for Case<On> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Case({})", self.name)
    }
}

/// The cases with these names, which are functions of the module above the one that lists them.
macro_rules! list {
    ($($name:ident)*) => {
        [$($crate::Case { name: stringify!($name), run: |subject| Box::pin(super::$name(subject)) }),*]
    };
}
pub(crate) use list;

/// Makes what `case` is about and runs it, on a runtime with several threads.
///
/// The tests that the macros write come here instead of carrying `#[tokio::test]`, so that a crate under test needs no
/// runtime of its own for them.
pub(crate) fn run<On, F: Future<Output = ()>>(make: impl Future<Output = On>, case: impl FnOnce(On) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build();
    let runtime = kept("there is a runtime for the test", runtime);
    let outcome = runtime.block_on(async {
        let subject = make.await;
        tokio::time::timeout(TIME_LIMIT, case(subject)).await
    });
    kept("everything that is asked for is answered in time", outcome);
}

#[doc(hidden)]
#[macro_export]
macro_rules! __tests {
    ([$module:ident] $attributes:tt $subject:tt $($name:ident)*) => {
        $($crate::__test! { [$module] $attributes $subject $name })*
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __test {
    ([$module:ident] { $(#[$attribute:meta])* } { $subject:expr } $name:ident) => {
        #[test]
        $(#[$attribute])*
        fn $name() {
            $crate::$module::run($subject, $crate::$module::$name);
        }
    };
}
