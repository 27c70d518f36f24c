//! What stands in the two stores while a session is on its way.

use session_core::{Cause, Listed, Moment, Record, Revision, StoreError};

/// What a payload begins with that is none. The first byte alone tells it from a payload of core, which begins with the number of its
/// format; the rest was drawn once.
const MARKER: [u8; 16] = [
    0xff, 0x6d, 0x1e, 0x93, 0x40, 0xc8, 0x2b, 0xf7, 0x05, 0xb1, 0xda, 0x7c, 0x68, 0x11, 0xe4, 0x9a,
];
/// Nobody was seen at this time, so that lists, which have no payload, tell what is on its way.
const NEVER: Moment = Moment::from_millis(0);

/// A record that stands for a session on its way, or one that does not.
pub(crate) enum Held {
    Settled(Record),
    InTransit(Transit),
}

/// What stands for a session on its way: in the new store all of it, in the old one that it was there.
pub(crate) struct Transit {
    /// The revision of what stands there.
    pub(crate) revision: Revision,
    /// The session's own.
    session: Revision,
    last_seen_at: Moment,
    record: Record,
}

/// The record says that it is of a session on its way, and then breaks off.
#[derive(Debug, thiserror::Error)]
#[error("the record of a session on its way between two stores is cut short")]
struct CutShort;

/// For the new store: all of the session, not to be believed before the old one has let it go.
pub(crate) fn arriving(record: &Record, revision: Revision) -> Record {
    let Record { payload, .. } = record;
    in_transit(record, revision, payload)
}

/// The session was this one, and is not here any more. In the old store it says that what arrives in the new one is to be believed.
pub(crate) fn departed(record: &Record, revision: Revision) -> Record {
    in_transit(record, revision, &[])
}

fn in_transit(record: &Record, revision: Revision, payload: &[u8]) -> Record {
    let session = record.revision.as_u64().to_be_bytes();
    let last_seen_at = record.last_seen_at.as_millis().to_be_bytes();
    Record {
        revision,
        last_seen_at: NEVER,
        payload: [&MARKER, session.as_slice(), &last_seen_at, payload].concat().into(),
        ..record.clone()
    }
}

/// Whether a list shows a session on its way.
pub(crate) fn is_in_transit(listed: &Listed) -> bool {
    listed.last_seen_at == NEVER
}

impl Held {
    pub(crate) fn read(record: Record) -> Result<Self, StoreError> {
        let Some(rest) = record.payload.strip_prefix(&MARKER) else {
            return Ok(Self::Settled(record));
        };
        let cut_short = || StoreError::Corrupt(Cause::from(CutShort));
        let (session, rest) = rest.split_first_chunk().ok_or_else(cut_short)?;
        let (last_seen_at, payload) = rest.split_first_chunk().ok_or_else(cut_short)?;
        let session = Revision::from_u64(u64::from_be_bytes(*session));
        let last_seen_at = Moment::from_millis(u64::from_be_bytes(*last_seen_at));
        let payload = payload.into();
        Ok(Self::InTransit(Transit {
            revision: record.revision,
            session,
            last_seen_at,
            record: Record { payload, ..record },
        }))
    }
}

impl Transit {
    /// Whether this is the session as `record` has it.
    pub(crate) fn is_of(&self, record: &Record) -> bool {
        self.session == record.revision
            && self.last_seen_at == record.last_seen_at
            && self.record.expires_at == record.expires_at
    }

    /// Whether both are of the session at the same revision.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.session == other.session
    }

    /// The session, of what arrived.
    pub(crate) fn into_record(self) -> Record {
        Record {
            revision: self.session,
            last_seen_at: self.last_seen_at,
            ..self.record
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(payload: &[u8]) -> Record {
        Record {
            revision: Revision::from_u64(7),
            created_at: Moment::from_millis(1),
            last_seen_at: Moment::from_millis(2),
            expires_at: Moment::from_millis(3),
            owner: None,
            payload: payload.into(),
        }
    }

    #[test]
    fn what_arrives_is_what_departed() {
        for payload in [b"".as_slice(), b"three apples", &MARKER] {
            let record = record(payload);
            let travelling = arriving(&record, Revision::from_u64(8));
            assert_eq!(travelling.revision, Revision::from_u64(8));
            let Ok(Held::InTransit(transit)) = Held::read(travelling) else {
                panic!("it is on its way");
            };
            assert!(transit.is_of(&record));
            assert_eq!(transit.into_record(), record);
        }
    }

    #[test]
    fn what_departed_matches_what_arrives_at_the_same_revision_only() {
        let (one, other) = (
            record(b"a"),
            Record {
                revision: Revision::from_u64(9),
                ..record(b"a")
            },
        );
        let read = |record| match Held::read(record) {
            Ok(Held::InTransit(transit)) => transit,
            _ => panic!("it is on its way"),
        };
        let gone = read(departed(&one, Revision::from_u64(8)));
        assert!(gone.matches(&read(arriving(&one, Revision::from_u64(10)))));
        assert!(!gone.matches(&read(arriving(&other, Revision::from_u64(10)))));
    }

    #[test]
    fn a_record_that_breaks_off_is_corrupt() {
        let whole = arriving(&record(b""), Revision::from_u64(8));
        for length in MARKER.len()..whole.payload.len() {
            let short = Record {
                payload: whole.payload[..length].into(),
                ..whole.clone()
            };
            assert!(matches!(Held::read(short), Err(StoreError::Corrupt(_))), "{length}");
        }
        let other = record(&MARKER[..15]);
        assert!(matches!(Held::read(other), Ok(Held::Settled(_))));
    }
}
