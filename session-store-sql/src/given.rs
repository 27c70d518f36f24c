//! What a store is given, looked at before it is sent.

use session_core::{Moment, Record, StoreError};

/// The largest payload that is taken, on every engine: 16 MiB.
pub(crate) const MOST_PAYLOAD_BYTES: usize = 16 * 1024 * 1024;

/// When the request began that makes somebody the record's owner, if there is one.
pub(crate) fn signing_in(record: &Record, signs_in: Option<Moment>) -> Option<Moment> {
    signs_in.filter(|_| record.owner.is_some())
}

/// Whether a record's payload has a size that is taken.
pub(crate) fn check_size(record: &Record) -> Result<(), StoreError> {
    check_size_within(record, MOST_PAYLOAD_BYTES)
}

/// As [`check_size`], where a server takes less.
pub(crate) fn check_size_within(record: &Record, limit: usize) -> Result<(), StoreError> {
    let bytes = record.payload.len();
    if bytes > limit {
        return Err(StoreError::TooLarge { bytes, limit });
    }
    Ok(())
}
