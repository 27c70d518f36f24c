//! The payload of a record: what core knows of a session beyond what stores need.

use std::ops::Range;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::clock::Moment;
use crate::error::{CorruptRecord, Error};
use crate::expiry::{CookieLifetime, Limits};
use crate::record::{Owner, Record, Revision};
use crate::values::{self, Edited, Values};

/// The format that is written.
const NEWEST: u8 = 1;
/// The oldest that is read: nodes can be upgraded one by one.
const OLDEST: u8 = 1;

/// Revisions before the current one that a record remembers.
const REMEMBERED: usize = 3;

const HAS_IDLE: u8 = 1;
const UNTIL_THE_BROWSER_CLOSES: u8 = 2;
const HAS_SIGNED_IN_AT: u8 = 4;
const HAS_FORWARDS_UNTIL: u8 = 8;
/// Without it the lineage is the record's revision: the session was not written since it began.
const HAS_LINEAGE: u8 = 16;
const HAS_FOREIGN: u8 = 32;
/// How many revisions before are remembered, in the two highest bits.
const REMEMBERED_SHIFT: u32 = 6;

/// A record with its payload's head read: what a request knows of a stored session.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    record: Record,
    head: Head,
    /// Where in the payload what another program keeps begins; it ends where the values begin.
    foreign_at: usize,
    values_at: usize,
}

/// What stands in the payload before the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) limits: Limits,
    pub(crate) signed_in_at: Option<Moment>,
    /// Changes follow a session from id to id only within one lineage: it is drawn anew with each session, and where a
    /// session changes hands.
    pub(crate) lineage: Revision,
    /// Until when changes of requests that had an earlier id are accepted.
    pub(crate) forwards_until: Option<Moment>,
    /// The revisions before the record's own, newest first.
    previous: [Option<Revision>; REMEMBERED],
}

/// A session about to be written.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) revision: Revision,
    pub(crate) created_at: Moment,
    pub(crate) last_seen_at: Moment,
    pub(crate) owner: Option<Owner>,
    pub(crate) signed_in_at: Option<Moment>,
    pub(crate) lineage: Revision,
    pub(crate) forwards_until: Option<Moment>,
    pub(crate) limits: Limits,
    /// What another program keeps in the session beside its values; mostly nothing.
    pub(crate) foreign: &'a [u8],
    pub(crate) values: Edited<'a>,
    /// What it replaces, whose revisions it remembers.
    pub(crate) replaces: Option<&'a Snapshot>,
}

impl Snapshot {
    /// Reads the payload's head; the values stay as they are.
    pub(crate) fn read(record: Record) -> Result<Self, CorruptRecord> {
        let mut reader = Reader {
            bytes: &record.payload,
            at: 0,
        };
        let (head, has_foreign) = reader.head(record.revision)?;
        let foreign = if has_foreign {
            reader.block()?
        } else {
            reader.at..reader.at
        };
        Ok(Self {
            record,
            head,
            foreign_at: foreign.start,
            values_at: foreign.end,
        })
    }

    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    pub(crate) fn head(&self) -> &Head {
        &self.head
    }

    /// What another program keeps in the session beside its values.
    pub(crate) fn foreign(&self) -> &[u8] {
        let place = self.foreign_at..self.values_at;
        self.record.payload.get(place).unwrap_or_default()
    }

    pub(crate) fn values(&self) -> Values<'_> {
        Values::new(self.record.payload.get(self.values_at..).unwrap_or_default())
    }

    pub(crate) fn has_ended(&self, now: Moment) -> bool {
        self.record.expires_at.has_passed(now)
    }

    /// Whether this revision is the current one or among those remembered: what was written under it is in here.
    pub(crate) fn follows(&self, revision: Revision) -> bool {
        self.record.revision == revision || self.head.previous.contains(&Some(revision))
    }

    /// Whether the sliding end is to be written again. The jitter is of the revision, so that it is the same all the while.
    pub(crate) fn is_touch_due(&self, now: Moment) -> bool {
        self.head
            .limits
            .is_touch_due(self.record.last_seen_at, now, self.record.revision.as_u64())
    }

    /// Whether changes that were meant for `earlier` may be made here.
    pub(crate) fn accepts_changes_of(&self, earlier: &Self, now: Moment) -> bool {
        self.head.lineage == earlier.head.lineage && self.head.forwards_until.is_some_and(|end| !end.has_passed(now))
    }

    /// The same with the end moved.
    pub(crate) fn touched(mut self, last_seen_at: Moment, expires_at: Moment) -> Self {
        self.record.last_seen_at = last_seen_at;
        self.record.expires_at = expires_at;
        self
    }
}

impl Draft<'_> {
    /// Encodes the session.
    pub(crate) fn write(self, size_limit: usize) -> Result<Snapshot, Error> {
        let bytes = values::encoded_len(&self.values);
        if bytes > size_limit {
            return Err(Error::TooLarge {
                bytes,
                limit: size_limit,
            });
        }
        let head = Head {
            limits: self.limits,
            signed_in_at: self.signed_in_at,
            lineage: self.lineage,
            forwards_until: self.forwards_until,
            previous: self.previous(),
        };
        let mut front = Front::new();
        write_head(&head, self.revision, self.foreign, &mut front);
        let start = front.len();
        // One allocation, which the record then shares.
        let mut payload: Arc<[u8]> = std::iter::repeat_n(0, start + bytes).collect();
        if let Some((to_front, mut to_values)) = Arc::get_mut(&mut payload).map(|all| all.split_at_mut(start)) {
            to_front.copy_from_slice(&front);
            values::write(&self.values, &mut to_values);
        }
        let record = Record {
            revision: self.revision,
            created_at: self.created_at,
            last_seen_at: self.last_seen_at,
            expires_at: self.limits.expires_at(self.last_seen_at),
            owner: self.owner,
            payload,
        };
        Ok(Snapshot {
            record,
            head,
            foreign_at: start - self.foreign.len(),
            values_at: start,
        })
    }

    fn previous(&self) -> [Option<Revision>; REMEMBERED] {
        self.replaces.map_or([None; REMEMBERED], |replaced| {
            let [first, second, _] = replaced.head.previous;
            [Some(replaced.record.revision), first, second]
        })
    }
}

/// Room for the longest head of a session that is ours alone, 58 bytes.
type Front = SmallVec<[u8; 64]>;

fn write_head(head: &Head, revision: Revision, foreign: &[u8], output: &mut Front) {
    let previous = head.previous.iter().flatten();
    let mut flags = u8::try_from(previous.clone().count() << REMEMBERED_SHIFT).unwrap_or_default();
    for (is_there, flag) in [
        (head.limits.idle.is_some(), HAS_IDLE),
        (
            head.limits.cookie == CookieLifetime::UntilTheBrowserCloses,
            UNTIL_THE_BROWSER_CLOSES,
        ),
        (head.signed_in_at.is_some(), HAS_SIGNED_IN_AT),
        (head.forwards_until.is_some(), HAS_FORWARDS_UNTIL),
        (head.lineage != revision, HAS_LINEAGE),
        (!foreign.is_empty(), HAS_FOREIGN),
    ] {
        flags |= if is_there { flag } else { 0 };
    }
    output.extend_from_slice(&[NEWEST, flags]);
    write_moment(head.limits.absolute_end, output);
    let idle = head.limits.idle.map(|idle| Moment::default() + idle);
    for moment in [idle, head.signed_in_at, head.forwards_until].into_iter().flatten() {
        write_moment(moment, output);
    }
    let lineage = (head.lineage != revision).then_some(head.lineage);
    for revision in lineage.iter().chain(previous) {
        output.extend_from_slice(&revision.as_u64().to_be_bytes());
    }
    if !foreign.is_empty() {
        // Sessions end far below four gigabytes.
        let length = u32::try_from(foreign.len()).unwrap_or(u32::MAX);
        output.extend_from_slice(&length.to_be_bytes());
        output.extend_from_slice(foreign);
    }
}

/// Six bytes, which last for eight thousand years: a session is mostly small, and there are many.
fn write_moment(moment: Moment, output: &mut Front) {
    let [_, _, bytes @ ..] = moment.as_millis().min(LAST_MOMENT).to_be_bytes();
    output.extend_from_slice(&bytes);
}

const LAST_MOMENT: u64 = (1 << 48) - 1;

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// The head, and whether something of another program follows.
    fn head(&mut self, revision: Revision) -> Result<(Head, bool), CorruptRecord> {
        let format = self.byte()?;
        if !(OLDEST..=NEWEST).contains(&format) {
            return Err(CorruptRecord::Format {
                found: format,
                oldest: OLDEST,
                newest: NEWEST,
            });
        }
        let flags = self.byte()?;
        let absolute_end = self.moment()?;
        let idle = self.moment_if(flags & HAS_IDLE)?;
        let signed_in_at = self.moment_if(flags & HAS_SIGNED_IN_AT)?;
        let forwards_until = self.moment_if(flags & HAS_FORWARDS_UNTIL)?;
        let lineage = if flags & HAS_LINEAGE == 0 {
            revision
        } else {
            self.revision()?
        };
        let cookie = if flags & UNTIL_THE_BROWSER_CLOSES == 0 {
            CookieLifetime::ToTheAbsoluteEnd
        } else {
            CookieLifetime::UntilTheBrowserCloses
        };
        let mut previous = [None; REMEMBERED];
        for place in previous.iter_mut().take(usize::from(flags >> REMEMBERED_SHIFT)) {
            *place = Some(self.revision()?);
        }
        let limits = Limits {
            idle: idle.map(|idle| idle.since(Moment::default())),
            absolute_end,
            cookie,
        };
        let head = Head {
            limits,
            signed_in_at,
            lineage,
            forwards_until,
            previous,
        };
        Ok((head, flags & HAS_FOREIGN != 0))
    }

    /// The place of bytes that have their length before them.
    fn block(&mut self) -> Result<Range<usize>, CorruptRecord> {
        let length = self.bytes().map(u32::from_be_bytes)?;
        let end = usize::try_from(length)
            .ok()
            .and_then(|length| self.at.checked_add(length));
        let end = end
            .filter(|end| *end <= self.bytes.len())
            .ok_or(CorruptRecord::Damaged(self.at))?;
        Ok(self.at..end)
    }

    fn byte(&mut self) -> Result<u8, CorruptRecord> {
        self.bytes().map(|[byte]| byte)
    }

    fn moment_if(&mut self, flag: u8) -> Result<Option<Moment>, CorruptRecord> {
        if flag == 0 { Ok(None) } else { self.moment().map(Some) }
    }

    fn moment(&mut self) -> Result<Moment, CorruptRecord> {
        let [a, b, c, d, e, f] = self.bytes()?;
        Ok(Moment::from_millis(u64::from_be_bytes([0, 0, a, b, c, d, e, f])))
    }

    fn revision(&mut self) -> Result<Revision, CorruptRecord> {
        self.bytes().map(u64::from_be_bytes).map(Revision::from_u64)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], CorruptRecord> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let chunk = *rest.first_chunk().ok_or(CorruptRecord::Damaged(self.at))?;
        self.at += N;
        Ok(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expiry::Expiry;

    const NOW: Moment = Moment::from_millis(1_000_000);

    fn draft<'a>(revision: u64, replaces: Option<&'a Snapshot>, expiry: Expiry) -> Draft<'a> {
        Draft {
            revision: Revision::from_u64(revision),
            created_at: NOW,
            last_seen_at: NOW,
            owner: None,
            signed_in_at: Some(NOW),
            lineage: Revision::from_u64(9),
            forwards_until: replaces.map(|_| NOW),
            limits: expiry.limits(NOW),
            foreign: &[],
            values: vec![("a".into(), b"1".as_slice().into())],
            replaces,
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for expiry in [Expiry::new(), Expiry::nist_aal1(), Expiry::owasp_low_risk()] {
            let written = draft(1, None, expiry).write(100).unwrap();
            let read = Snapshot::read(written.record().clone()).unwrap();
            assert_eq!(read.head(), written.head());
            assert_eq!(read.values().get("a").unwrap(), Some(b"1".as_slice()));
        }
    }

    #[test]
    fn what_another_program_keeps_comes_back_and_damage_to_it_is_an_error() {
        let mut foreign = draft(1, None, Expiry::new());
        foreign.foreign = &[7; 300];
        let written = foreign.write(100).unwrap();
        let read = Snapshot::read(written.record().clone()).unwrap();
        assert_eq!(
            (written.foreign(), read.foreign()),
            ([7; 300].as_slice(), [7; 300].as_slice())
        );
        assert_eq!(read.values().get("a").unwrap(), Some(b"1".as_slice()));
        let mut cut = written.record().clone();
        cut.payload = cut.payload[..200].into();
        assert!(matches!(Snapshot::read(cut), Err(CorruptRecord::Damaged(_))));
    }

    #[test]
    fn a_record_remembers_the_last_four_revisions() {
        let mut current = draft(1, None, Expiry::new()).write(100).unwrap();
        for revision in 2..=5 {
            current = draft(revision, Some(&current), Expiry::new()).write(100).unwrap();
        }
        let read = Snapshot::read(current.record().clone()).unwrap();
        let known: Vec<u64> = (0..9)
            .filter(|revision| read.follows(Revision::from_u64(*revision)))
            .collect();
        assert_eq!(known, [2, 3, 4, 5]);
    }

    #[test]
    fn a_session_over_its_limit_is_refused_with_both_sizes() {
        let too_large = draft(1, None, Expiry::new()).write(4).unwrap_err();
        assert_eq!(too_large.to_string(), "the session has 6 bytes, the limit is 4");
        assert!(draft(1, None, Expiry::new()).write(6).is_ok());
    }

    #[test]
    fn another_format_is_named() {
        let mut record = draft(1, None, Expiry::new()).write(100).unwrap().record().clone();
        let mut bytes = record.payload.to_vec();
        bytes[0] = 2;
        record.payload = bytes.into();
        let error = Snapshot::read(record).unwrap_err();
        assert_eq!(error.to_string(), "the record has format 2, this version reads 1 to 1");
    }

    #[test]
    fn a_head_that_is_cut_is_damaged() {
        let record = draft(
            2,
            Some(&draft(1, None, Expiry::new()).write(100).unwrap()),
            Expiry::new(),
        )
        .write(100)
        .unwrap()
        .record()
        .clone();
        let start = Snapshot::read(record.clone()).unwrap().values_at;
        for end in 0..start {
            let cut = Record {
                payload: record.payload[..end].into(),
                ..record.clone()
            };
            assert!(matches!(Snapshot::read(cut), Err(CorruptRecord::Damaged(_))), "{end}");
        }
    }
}
