//! The clock that is measured with.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::time::Instant;

pub(super) fn now() -> Instant {
    Instant::now()
}
