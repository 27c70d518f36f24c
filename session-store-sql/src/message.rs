//! How much of several updates goes to a server in one message.

use session_batching::MOST_BYTES;

/// Bytes of what is updated beside its payload and key: five numbers, and what says how long each part is.
pub(crate) const BESIDE: usize = 100;

/// What one record of TLS carries (RFC 8446 section 5.1), without what a message has but once.
const IN_ONE_TLS_RECORD: usize = (1 << 14) - 384;

/// Bytes of updates in one message, on a connection that may be encrypted or not.
///
/// Version 0.9.0 of the driver leaves Nagle's algorithm on. The second record of an encrypted message then waits until the server has
/// acknowledged the first, and a server that waits for the rest does so after 40 ms: [sqlx issue
/// 4335](https://github.com/transact-rs/sqlx/issues/4335), mended there, but in no release yet.
pub(crate) const fn most_bytes(may_be_encrypted: bool) -> usize {
    if may_be_encrypted {
        IN_ONE_TLS_RECORD
    } else {
        MOST_BYTES
    }
}
