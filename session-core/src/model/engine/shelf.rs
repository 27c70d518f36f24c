//! What the model store holds.

use std::collections::BTreeMap;

use crate::clock::Moment;
use crate::id::StoreKey;
use crate::model::kept::Kept;
use crate::operation::Reply;
use crate::record::{Owner, Record};
use crate::store::Touch;

/// What a store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::model) struct Shelf {
    pub(in crate::model) slots: BTreeMap<StoreKey, Slot>,
    pub(in crate::model) cut_offs: BTreeMap<Owner, Moment>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::model) enum Slot {
    Record(Kept),
    Mark { successor: StoreKey, until: Moment },
}

/// What is under a key at some time.
#[derive(Debug)]
pub(in crate::model) enum Found {
    Record(Record),
    Mark(StoreKey),
    Nothing,
}

impl From<Found> for Reply {
    fn from(found: Found) -> Self {
        match found {
            Found::Record(record) => Self::Current(record),
            Found::Mark(successor) => Self::Moved(successor),
            Found::Nothing => Self::Absent,
        }
    }
}

impl Shelf {
    pub(in crate::model) fn look(&self, key: StoreKey, now: Moment) -> Found {
        match self.slots.get(&key) {
            Some(Slot::Record(record)) if !record.0.expires_at.has_passed(now) => Found::Record(record.0.clone()),
            Some(Slot::Mark { successor, until }) if !until.has_passed(now) => Found::Mark(*successor),
            Some(Slot::Record(_) | Slot::Mark { .. }) | None => Found::Nothing,
        }
    }

    pub(in crate::model) fn is_alive(&self, key: StoreKey, now: Moment) -> bool {
        matches!(self.look(key, now), Found::Record(_))
    }

    pub(in crate::model) fn record(&self, key: StoreKey) -> Option<&Record> {
        match self.slots.get(&key) {
            Some(Slot::Record(record)) => Some(&record.0),
            Some(Slot::Mark { .. }) | None => None,
        }
    }

    /// Where the marks of `key` lead to.
    pub(in crate::model) fn end_of_marks(&self, mut key: StoreKey, now: Moment) -> StoreKey {
        while let Found::Mark(successor) = self.look(key, now) {
            key = successor;
        }
        key
    }

    pub(in crate::model) fn cut_off(&self, record: &Record) -> Option<Moment> {
        record
            .owner
            .as_ref()
            .and_then(|owner| self.cut_offs.get(owner))
            .copied()
    }

    pub(in crate::model) fn touch(&mut self, key: StoreKey, touch: &Touch, now: Moment) -> Reply {
        match self.look(key, now) {
            Found::Record(mut record) if record.revision == touch.expected => {
                record.last_seen_at = record.last_seen_at.max(touch.last_seen_at);
                record.expires_at = record.expires_at.max(touch.expires_at);
                self.slots.insert(key, Slot::Record(Kept(record)));
                Reply::Done
            }
            Found::Record(_) => Reply::Stale,
            found @ (Found::Mark(_) | Found::Nothing) => found.into(),
        }
    }

    /// The sessions of an owner, ended ones among them.
    pub(in crate::model) fn list(&self, owner: &Owner) -> Vec<StoreKey> {
        let keys = self.slots.keys().copied();
        keys.filter(|key| {
            self.record(*key)
                .is_some_and(|record| record.owner.as_ref() == Some(owner))
        })
        .collect()
    }
}
