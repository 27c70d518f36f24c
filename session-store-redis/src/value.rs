//! What stands under a session's key, byte by byte.

use session_core::{Loaded, Moment, Owner, Record, Revision, StoreError, StoreKey};

use crate::keys::{NAME_BYTES, Name};

/// The bytes of a record before its owner's name.
const HEAD_BYTES: usize = 42;
/// A tag, an end, and the successor's name.
const MARK_BYTES: usize = 9 + NAME_BYTES;
/// The most that stands before a payload, as the index of the last byte.
pub(crate) const LAST_OF_HEAD: usize = HEAD_BYTES + Owner::MAX_BYTES - 1;

/// A session's value, taken apart. `src/lua/values.lua` has the table of its bytes.
pub(crate) enum Value<'a> {
    Record(StoredRecord<'a>),
    Mark { until: Moment, successor: StoreKey },
    Nothing,
}

/// A record that is still in its bytes.
pub(crate) struct StoredRecord<'a> {
    pub(crate) expires_at: Moment,
    pub(crate) last_seen_at: Moment,
    pub(crate) created_at: Moment,
    pub(crate) owner: &'a str,
    revision: Revision,
    payload: &'a [u8],
}

/// What stands under a session's key is nothing that this store has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a value of {bytes} bytes under the store's prefix is no session record, needs to be deleted or another prefix"
)]
pub(crate) struct NotASession {
    bytes: usize,
}

impl From<NotASession> for StoreError {
    fn from(error: NotASession) -> Self {
        Self::Corrupt(Box::new(error))
    }
}

impl<'a> Value<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, NotASession> {
        Self::parse(bytes).ok_or(NotASession { bytes: bytes.len() })
    }

    fn parse(bytes: &'a [u8]) -> Option<Self> {
        match bytes.first() {
            None => Some(Self::Nothing),
            Some(b'D') => (bytes.len() == 1).then_some(Self::Nothing),
            Some(b'M') if bytes.len() == MARK_BYTES => Some(Self::Mark {
                until: moment(bytes, 1)?,
                successor: Name::parse(bytes.get(9..)?)?.key(),
            }),
            Some(b'R') => StoredRecord::parse(bytes).map(Self::Record),
            Some(_) => None,
        }
    }

    /// As [`Store::load`](session_core::Store::load) answers.
    pub(crate) fn loaded(self, now: Moment) -> Result<Loaded, NotASession> {
        Ok(match self {
            Self::Record(record) if !record.expires_at.has_passed(now) => Loaded::Found(record.to_record()?),
            Self::Mark { until, successor } if !until.has_passed(now) => Loaded::Moved(successor),
            Self::Record(_) | Self::Mark { .. } | Self::Nothing => Loaded::Absent,
        })
    }
}

impl<'a> StoredRecord<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let owner_ends = HEAD_BYTES + usize::from(*bytes.get(HEAD_BYTES - 1)?);
        Some(Self {
            expires_at: moment(bytes, 1)?,
            last_seen_at: moment(bytes, 9)?,
            revision: Revision::from_u64(number(bytes, 25)?),
            created_at: moment(bytes, 33)?,
            owner: str::from_utf8(bytes.get(HEAD_BYTES..owner_ends)?).ok()?,
            payload: bytes.get(owner_ends..)?,
        })
    }

    pub(crate) fn to_record(&self) -> Result<Record, NotASession> {
        let owner = match self.owner {
            "" => None,
            name => Some(Owner::new(name).map_err(|_| NotASession { bytes: name.len() })?),
        };
        Ok(Record {
            revision: self.revision,
            created_at: self.created_at,
            last_seen_at: self.last_seen_at,
            expires_at: self.expires_at,
            owner,
            payload: self.payload.into(),
        })
    }
}

/// The bytes of `record`; `told` is the end that its owner's index knows.
pub(crate) fn record_value(record: &Record, told: Moment) -> Vec<u8> {
    let mut value = Vec::with_capacity(HEAD_BYTES + Owner::MAX_BYTES + record.payload.len());
    value.extend(before_told(record));
    value.extend(told.as_millis().to_be_bytes());
    value.extend(after_told(record));
    value
}

/// The part of a record that stands before what its owner's index was told.
pub(crate) fn before_told(record: &Record) -> [u8; 17] {
    let mut bytes = [b'R'; 17];
    let (_, moments) = bytes.split_at_mut(1);
    for (place, moment) in moments
        .chunks_exact_mut(8)
        .zip([record.expires_at, record.last_seen_at])
    {
        place.copy_from_slice(&moment.as_millis().to_be_bytes());
    }
    bytes
}

/// The part after it.
pub(crate) fn after_told(record: &Record) -> Vec<u8> {
    let owner = record.owner.as_ref().map_or("", Owner::as_str);
    let mut bytes = Vec::with_capacity(17 + owner.len() + record.payload.len());
    bytes.extend(record.revision.as_u64().to_be_bytes());
    bytes.extend(record.created_at.as_millis().to_be_bytes());
    // An owner's name has at most 255 bytes.
    bytes.push(u8::try_from(owner.len()).unwrap_or(u8::MAX));
    bytes.extend(owner.as_bytes());
    bytes.extend(record.payload.iter());
    bytes
}

/// The bytes of a mark.
pub(crate) fn mark_value(until: Moment, successor: &StoreKey) -> Vec<u8> {
    let mut value = Vec::with_capacity(MARK_BYTES);
    value.push(b'M');
    value.extend(until.as_millis().to_be_bytes());
    value.extend(Name::of(successor).as_bytes());
    value
}

fn moment(bytes: &[u8], at: usize) -> Option<Moment> {
    number(bytes, at).map(Moment::from_millis)
}

fn number(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + 8)?;
    bytes.try_into().ok().map(u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Moment {
        Moment::from_millis(millis)
    }

    fn record(owner: Option<&str>) -> Record {
        Record {
            revision: Revision::from_u64(u64::MAX - 1),
            created_at: at(1),
            last_seen_at: at(2),
            expires_at: at(3),
            owner: owner.map(|name| Owner::new(name).unwrap()),
            payload: b"three apples".as_slice().into(),
        }
    }

    fn loaded(bytes: &[u8], now: u64) -> Loaded {
        Value::read(bytes).and_then(|value| value.loaded(at(now))).unwrap()
    }

    #[test]
    fn records_come_back_as_they_were_until_their_end() {
        for owner in [None, Some("a"), Some("é".repeat(127).as_str())] {
            let record = record(owner);
            let value = record_value(&record, at(9));
            assert_eq!(loaded(&value, 2), Loaded::Found(record));
            assert_eq!(loaded(&value, 3), Loaded::Absent);
        }
    }

    #[test]
    fn a_mark_names_its_successor_until_its_end() {
        let successor = StoreKey::from_bytes([7; 32]);
        let value = mark_value(at(5), &successor);
        assert_eq!(value.len(), MARK_BYTES);
        assert_eq!(loaded(&value, 4), Loaded::Moved(successor));
        assert_eq!(loaded(&value, 5), Loaded::Absent);
    }

    #[test]
    fn what_is_nothing_of_ours_is_told_by_its_length_alone() {
        let cut_short = &record_value(&record(Some("ann")), at(9))[..44];
        let long_mark = [mark_value(at(5), &StoreKey::from_bytes([7; 32])), vec![0]].concat();
        for bytes in [b"{\"user\":1}".as_slice(), b"D?", b"M", b"R", cut_short, &long_mark] {
            let error = Value::read(bytes).err().unwrap().to_string();
            assert!(
                error.starts_with(&format!("a value of {} bytes", bytes.len())),
                "{error}"
            );
            assert!(!error.contains("user"), "{error}");
        }
        assert_eq!(loaded(b"D", 1), Loaded::Absent);
        assert_eq!(loaded(b"", 1), Loaded::Absent);
    }
}
