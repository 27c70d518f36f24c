//! Sessions that are loaded or updated together, as the values of one statement.

use session_batching::Update;
use session_core::{Moment, StoreKey};

use crate::value::{Value, values};

/// Updates, column by column.
pub(crate) struct Columns<'a> {
    pub(crate) keys: Vec<&'a [u8]>,
    pub(crate) now: Vec<i64>,
    pub(crate) expected: Vec<i64>,
    pub(crate) revision: Vec<i64>,
    pub(crate) last_seen_at: Vec<i64>,
    pub(crate) expires_at: Vec<i64>,
    pub(crate) payload: Vec<&'a [u8]>,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(updates: &'a [Update]) -> Self {
        let moments = |moment: fn(&Update) -> Moment| {
            let moments = updates.iter().map(moment);
            moments.map(|moment| moment.as_millis().cast_signed()).collect()
        };
        let of_revision = |update: &Update| update.record.revision.as_u64().cast_signed();
        Self {
            keys: keys(updates.iter().map(|update| &update.key)),
            now: moments(|update| update.now),
            expected: updates
                .iter()
                .map(|update| update.expected.as_u64().cast_signed())
                .collect(),
            revision: updates.iter().map(of_revision).collect(),
            last_seen_at: moments(|update| update.record.last_seen_at),
            expires_at: moments(|update| update.record.expires_at),
            payload: updates.iter().map(|update| &*update.record.payload).collect(),
        }
    }
}

/// Keys, as an engine takes them.
pub(crate) fn keys<'a>(keys: impl Iterator<Item = &'a StoreKey>) -> Vec<&'a [u8]> {
    keys.map(|key| key.as_bytes().as_slice()).collect()
}

/// As many as are needed, the last of them again and again.
fn filled<T>(items: &[T], size: usize) -> impl Iterator<Item = &T> {
    items.iter().chain(items.last().into_iter().cycle()).take(size)
}

/// So many keys, and the moment.
pub(crate) fn loading(keys: &[StoreKey], size: usize, now: Moment) -> Vec<Value<'_>> {
    filled(keys, size).map(Value::from).chain([Value::from(now)]).collect()
}

/// So many updates, one after the other. One that is there again does not find its revision any more.
pub(crate) fn updating(updates: &[Update], size: usize) -> Vec<Value<'_>> {
    let values = filled(updates, size).flat_map(|update| {
        *values![
            &update.key,
            update.now,
            update.expected,
            update.record.revision,
            update.record.last_seen_at,
            update.record.expires_at,
            update.record.payload.as_ref(),
        ]
    });
    values.collect()
}
