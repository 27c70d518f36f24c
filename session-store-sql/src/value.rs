//! What is handed to a statement.

use session_core::{Moment, Owner, Revision, StoreKey};

/// A parameter of a statement.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Number(Option<i64>),
    Bytes(Option<&'a [u8]>),
    Text(Option<&'a str>),
    /// Many numbers, where an engine has arrays.
    Numbers(&'a [i64]),
    /// Many keys or payloads, where an engine has arrays.
    Strings(&'a [&'a [u8]]),
}

/// The values of a statement, in the order of its parameters.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::value::Value::from($value)),*] };
}
pub(crate) use values;

impl<'a> From<&'a StoreKey> for Value<'a> {
    fn from(key: &'a StoreKey) -> Self {
        Self::Bytes(Some(key.as_bytes()))
    }
}

impl<'a> From<Option<&'a StoreKey>> for Value<'a> {
    fn from(key: Option<&'a StoreKey>) -> Self {
        Self::Bytes(key.map(|key| key.as_bytes().as_slice()))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl<'a> From<&'a Owner> for Value<'a> {
    fn from(owner: &'a Owner) -> Self {
        Self::Text(Some(owner.as_str()))
    }
}

impl<'a> From<Option<&'a Owner>> for Value<'a> {
    fn from(owner: Option<&'a Owner>) -> Self {
        Self::Text(owner.map(Owner::as_str))
    }
}

impl From<Revision> for Value<'_> {
    /// The same 64 bits: engines have signed numbers only.
    fn from(revision: Revision) -> Self {
        Self::Number(Some(revision.as_u64().cast_signed()))
    }
}

impl From<Moment> for Value<'_> {
    fn from(moment: Moment) -> Self {
        // A moment is at most `i64::MAX`.
        Self::Number(Some(moment.as_millis().cast_signed()))
    }
}

impl From<Option<Moment>> for Value<'_> {
    fn from(moment: Option<Moment>) -> Self {
        Self::Number(moment.map(|moment| moment.as_millis().cast_signed()))
    }
}

impl From<usize> for Value<'_> {
    /// A limit.
    fn from(number: usize) -> Self {
        Self::Number(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}
