//! How long tests wait for what has to happen some time.

use std::time::Duration;

use session_core::StoreError;
use tokio::time::{Instant, sleep};

use crate::chain;

/// Nothing that a test waits for takes longer, on a busy machine either.
pub const PATIENCE: Duration = Duration::from_secs(60);

const PAUSE: Duration = Duration::from_millis(10);

/// Waits until it is so.
pub async fn wait_until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        sleep(PAUSE).await;
    }
}

/// The first answer that is not an error, of one that comes some time.
pub async fn again<T>(call: impl AsyncFn() -> Result<T, StoreError>) -> T {
    again_within(PATIENCE, call).await
}

/// The first answer that is not an error, of one that comes in time.
pub async fn again_within<T>(limit: Duration, call: impl AsyncFn() -> Result<T, StoreError>) -> T {
    let begun = Instant::now();
    loop {
        match call().await {
            Ok(answer) => return answer,
            Err(error) => assert!(begun.elapsed() < limit, "{}", chain(&error)),
        }
        sleep(PAUSE).await;
    }
}
