//! What scripts answer: a word, and with some words a value.

use redis::Value;
use session_core::{Record, StoreError, StoreKey};

use crate::keys::Name;
use crate::value;

/// A script's answer.
pub(crate) struct Answer {
    word: Vec<u8>,
    value: Vec<u8>,
}

/// The server answered something that no script of ours answers.
#[derive(Debug, thiserror::Error)]
#[error("the server's answer is not one of this store's scripts, needs a Redis or Valkey server")]
pub(crate) struct Unexpected;

impl From<Unexpected> for StoreError {
    fn from(error: Unexpected) -> Self {
        Self::Corrupt(Box::new(error))
    }
}

impl Answer {
    pub(crate) fn read(answer: Value) -> Result<Self, StoreError> {
        let Value::Array(parts) = answer else {
            return Err(Unexpected.into());
        };
        let mut parts = parts.into_iter().filter_map(bulk_string);
        let Some(word) = parts.next() else {
            return Err(Unexpected.into());
        };
        let value = parts.next().unwrap_or_default();
        Ok(Self { word, value })
    }

    pub(crate) fn word(&self) -> &[u8] {
        &self.word
    }

    /// The owner of a session whose index has to be told of a later end.
    pub(crate) fn owner(&self) -> &[u8] {
        &self.value
    }

    /// The successor that a mark names.
    pub(crate) fn successor(&self) -> Result<StoreKey, StoreError> {
        Ok(Name::parse(&self.value).ok_or(Unexpected)?.key())
    }

    /// The record that stands there instead.
    pub(crate) fn record(&self) -> Result<Record, StoreError> {
        match value::Value::read(&self.value)? {
            value::Value::Record(record) => Ok(record.to_record()?),
            value::Value::Mark { .. } | value::Value::Nothing => Err(Unexpected.into()),
        }
    }

    /// Any word that the caller does not know.
    pub(crate) fn refusal(&self) -> StoreError {
        if self.word == b"foreign" {
            return StoreError::Corrupt(Box::new(Foreign));
        }
        Unexpected.into()
    }
}

/// The bytes, if that is what it is.
pub(crate) fn bulk_string(value: Value) -> Option<Vec<u8>> {
    if let Value::BulkString(bytes) = value {
        Some(bytes)
    } else {
        None
    }
}

/// What stands under a session's key is not ours.
#[derive(Debug, thiserror::Error)]
#[error("a value under the store's prefix is no session record, needs to be deleted or another prefix")]
struct Foreign;
