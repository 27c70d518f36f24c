//! Each operation on both, and what its answer must be.

use session_core::{Created, Deleted, Record, Rotated, Rotation, StoreError, Touch, Touched, Updated};

use super::{Entry, Model};
use crate::capacity::cost_of;

impl Model {
    pub(super) fn create(&mut self) {
        let (key, record, began) = (self.any_key(), self.any_record(), self.any_began());
        let fits = self.fits(1, cost_of(&record));
        let answer = self.sessions().create(&key, &record, began, self.now);
        self.follow_evictions(&key, fits);
        let there = self.entries.get(&key);
        match answer {
            Err(StoreError::Full) => {
                assert!(!self.fits(1, cost_of(&record)) && there.is_none() && !self.is_cut_off(&record, began));
            }
            Ok(Created::CutOff) => assert!(self.is_cut_off(&record, began)),
            Ok(Created::Taken) => assert!(there.is_some()),
            Ok(Created::Created) => {
                assert!(there.is_none());
                assert!(!self.is_cut_off(&record, began) && self.fits(1, cost_of(&record)));
                self.entries.insert(key, Entry::Session(record));
            }
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn update(&mut self) {
        let (key, mut record, expected) = (self.any_key(), self.any_record(), self.any_revision());
        let there = self.entries.get(&key).cloned();
        let grows = |current: &Record| record.payload.len().saturating_sub(current.payload.len());
        let more = matches!(&there, Some(Entry::Session(current)) if current.revision == expected).then(|| {
            there
                .as_ref()
                .map_or(0, |entry| if let Entry::Session(it) = entry { grows(it) } else { 0 })
        });
        let fits = self.fits(0, more.unwrap_or(0));
        let answer = self.sessions().update(&key, &record, expected, self.now);
        self.follow_evictions(&key, fits);
        match (answer, there) {
            (Ok(Updated::Gone), None) => {}
            (Ok(Updated::Moved(answered)), Some(Entry::Mark(to, _))) => assert_eq!(answered, to),
            (Ok(Updated::Conflict(answered)), Some(Entry::Session(current))) => {
                assert!(answered == current && current.revision != expected);
            }
            (Err(StoreError::Full), Some(Entry::Session(current))) => {
                assert!(current.revision == expected && !self.fits(0, more.unwrap()));
            }
            (Ok(Updated::Applied), Some(Entry::Session(current))) => {
                assert!(current.revision == expected && self.fits(0, more.unwrap()));
                (record.created_at, record.owner) = (current.created_at, current.owner);
                self.entries.insert(key, Entry::Session(record));
            }
            (answer, _) => panic!("{answer:?}"),
        }
    }

    pub(super) fn rotate(&mut self) {
        let (old, new, record, expected) = (self.any_key(), self.any_key(), self.any_record(), self.any_revision());
        let (mark_until, signs_in) = (self.any_moment(), self.any_began());
        let rotation = Rotation {
            old: &old,
            new: &new,
            record: &record,
            expected,
            mark_until,
            signs_in,
        };
        let (there, target) = (self.entries.get(&old).cloned(), self.entries.get(&new).cloned());
        let more = match &there {
            Some(Entry::Session(current)) => cost_of(&record).saturating_sub(cost_of(current)),
            _ => 0,
        };
        let fits = self.fits(0, more);
        let answer = self.sessions().rotate(&rotation, self.now);
        self.follow_evictions(&old, fits);
        match (answer, there) {
            (Ok(Rotated::Gone), None) => {}
            (Ok(Rotated::Applied), Some(Entry::Mark(to, _))) => assert_eq!(to, new),
            (Ok(Rotated::Moved(answered)), Some(Entry::Mark(to, _))) => assert!(answered == to && to != new),
            (Ok(Rotated::Conflict(answered)), Some(Entry::Session(current))) => {
                assert!(answered == current && current.revision != expected);
            }
            (Ok(Rotated::CutOff), Some(Entry::Session(_))) => assert!(self.is_cut_off(&record, signs_in)),
            (Err(StoreError::Unavailable(_)), Some(Entry::Session(_))) => assert!(target.is_some()),
            (Err(StoreError::Full), Some(Entry::Session(_))) => assert!(!self.fits(0, more)),
            (Ok(Rotated::Applied), Some(Entry::Session(current))) => {
                assert!(current.revision == expected && !self.is_cut_off(&record, signs_in) && self.fits(0, more));
                self.entries.remove(&old);
                self.entries.insert(old, Entry::Mark(new, mark_until));
                self.entries.insert(new, Entry::Session(record));
            }
            (answer, _) => panic!("{answer:?}"),
        }
    }

    pub(super) fn touch(&mut self) {
        let (key, expected) = (self.any_key(), self.any_revision());
        let (last_seen_at, expires_at) = (self.any_moment(), self.any_moment());
        let touch = Touch {
            expected,
            last_seen_at,
            expires_at,
        };
        let answer = self.sessions().touch(&key, &touch, self.now);
        match self.entries.get_mut(&key) {
            None => assert_eq!(answer, Touched::Gone),
            Some(Entry::Mark(to, _)) => assert_eq!(answer, Touched::Moved(*to)),
            Some(Entry::Session(record)) if record.revision != expected => assert_eq!(answer, Touched::Stale),
            Some(Entry::Session(record)) => {
                assert_eq!(answer, Touched::Touched);
                record.last_seen_at = record.last_seen_at.max(last_seen_at);
                record.expires_at = record.expires_at.max(expires_at);
            }
        }
    }

    pub(super) fn delete(&mut self) {
        let mut key = self.any_key();
        let answer = self.sessions().delete(&key, self.now);
        while let Some(Entry::Mark(to, _)) = self.entries.get(&key).cloned() {
            self.entries.remove(&key);
            key = to;
        }
        let was_there = self.entries.remove(&key).is_some();
        assert_eq!(answer == Deleted::Deleted, was_there);
    }

    pub(super) fn delete_sessions_of(&mut self) {
        let owner = self.owners[self.random.usize(..self.owners.len())].clone();
        let except = self.random.bool().then(|| self.any_key());
        let answer = self.sessions().delete_sessions_of(&owner, except.as_ref(), self.now);
        let mut spared = except;
        while let Some(Entry::Mark(to, _)) = spared.and_then(|key| self.entries.get(&key)) {
            spared = Some(*to);
        }
        let before = self.entries.len();
        let is_owned = |entry: &Entry| matches!(entry, Entry::Session(it) if it.owner.as_ref() == Some(&owner));
        self.entries
            .retain(|key, entry| Some(*key) == spared || !is_owned(entry));
        assert_eq!(answer, (before - self.entries.len()) as u64);
        self.cut_offs.insert(owner, self.now);
    }
}
