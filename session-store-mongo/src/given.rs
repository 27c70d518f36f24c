//! What a store is given, looked at before it is sent.

use session_core::{Moment, Owner, Record, StoreError};

/// The largest payload that is taken. A document ends at 16 MiB, with all its fields.
pub(crate) const MOST_PAYLOAD_BYTES: usize = 16 * 1024 * 1024 - 1024;

/// Who is signed in by this, and when that request began.
pub(crate) fn signing_in(record: &Record, signs_in: Option<Moment>) -> Option<(&Owner, Moment)> {
    record.owner.as_ref().zip(signs_in)
}

/// Whether a record's payload has a size that is taken.
pub(crate) fn check_size(record: &Record) -> Result<(), StoreError> {
    let (bytes, limit) = (record.payload.len(), MOST_PAYLOAD_BYTES);
    if bytes > limit {
        return Err(StoreError::TooLarge { bytes, limit });
    }
    Ok(())
}
