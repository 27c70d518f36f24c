//! What the reference store holds, and how it is read.

use std::collections::BTreeMap;

use session_core::{CUT_OFF_KEPT, Moment, Owner, Record, StoreKey};

#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) entries: BTreeMap<StoreKey, Entry>,
    pub(super) cut_offs: BTreeMap<Owner, Moment>,
}

#[derive(Debug)]
pub(super) enum Entry {
    Record(Record),
    Mark { successor: StoreKey, until: Moment },
}

/// What is under a key now.
pub(super) enum Found<'a> {
    Record(&'a mut Record),
    Mark(StoreKey),
    Nothing,
}

impl Entry {
    pub(super) fn has_ended(&self, now: Moment) -> bool {
        match self {
            Self::Record(record) => record.expires_at.has_passed(now),
            Self::Mark { until, .. } => until.has_passed(now),
        }
    }
}

impl Contents {
    pub(super) fn find(&mut self, key: &StoreKey, now: Moment) -> Found<'_> {
        match self.entries.get_mut(key) {
            Some(entry) if entry.has_ended(now) => Found::Nothing,
            Some(Entry::Record(record)) => Found::Record(record),
            Some(Entry::Mark { successor, .. }) => Found::Mark(*successor),
            None => Found::Nothing,
        }
    }

    /// Where `key` leads to, by marks. A mark always is older than what it names, so this comes to an end.
    pub(super) fn follow(&mut self, key: &StoreKey, now: Moment) -> StoreKey {
        let mut key = *key;
        while let Found::Mark(successor) = self.find(&key, now) {
            key = successor;
        }
        key
    }

    /// Removes what is under `key`, and whether that was a living session.
    pub(super) fn remove(&mut self, key: &StoreKey, now: Moment) -> bool {
        let removed = self.entries.remove(key);
        removed.is_some_and(|entry| matches!(entry, Entry::Record(_)) && !entry.has_ended(now))
    }

    /// Living or not.
    pub(super) fn keys_of(&self, owner: &Owner) -> impl Iterator<Item = StoreKey> {
        self.entries.iter().filter_map(move |(key, entry)| match entry {
            Entry::Record(record) if record.owner.as_ref() == Some(owner) => Some(*key),
            Entry::Record(_) | Entry::Mark { .. } => None,
        })
    }

    pub(super) fn living(&self, now: Moment) -> impl Iterator<Item = (&StoreKey, &Record)> {
        self.entries.iter().filter_map(move |(key, entry)| match entry {
            Entry::Record(record) if !entry.has_ended(now) => Some((key, record)),
            Entry::Record(_) | Entry::Mark { .. } => None,
        })
    }

    pub(super) fn is_cut_off(&self, record: &Record, signs_in: Option<Moment>, now: Moment) -> bool {
        let (Some(owner), Some(began_at)) = (&record.owner, signs_in) else {
            return false;
        };
        let cut_off = self.cut_offs.get(owner);
        cut_off.is_some_and(|cut_off| !(*cut_off + CUT_OFF_KEPT).has_passed(now) && *cut_off >= began_at)
    }
}
