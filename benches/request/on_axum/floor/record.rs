//! Bytes of a record: when it ends, then names and values, each behind its length.

#![expect(clippy::disallowed_methods, reason = "its only clock")]

use std::time::{SystemTime, UNIX_EPOCH};

const LIFETIME: u64 = 86400;

/// Whether it is still alive.
pub(super) fn is_alive(record: &[u8]) -> bool {
    let end = record.first_chunk().copied().map(u64::from_le_bytes);
    end.is_some_and(|end| end > now())
}

/// Names and values.
pub(super) fn values(record: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = record.get(8..).unwrap_or_default();
    std::iter::from_fn(move || Some((part(&mut rest)?, part(&mut rest)?)))
}

/// The same record with these values in it, for another lifetime.
pub(super) fn changed(record: &[u8], changes: &[(String, Vec<u8>)]) -> Vec<u8> {
    let added: usize = changes.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
    let mut bytes = Vec::with_capacity(record.len().max(8) + added);
    bytes.extend((now() + LIFETIME).to_le_bytes());
    let is_changed = |name: &[u8]| changes.iter().any(|(changed, _)| changed.as_bytes() == name);
    let kept = values(record).filter(|(name, _)| !is_changed(name));
    let changes = changes.iter().map(|(name, value)| (name.as_bytes(), value.as_slice()));
    for (name, value) in kept.chain(changes) {
        for part in [name, value] {
            bytes.extend(u16::try_from(part.len()).unwrap().to_le_bytes());
            bytes.extend(part);
        }
    }
    bytes
}

fn part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk()?;
    let (part, after) = after.split_at_checked(u16::from_le_bytes(*length).into())?;
    *rest = after;
    Some(part)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
