//! The sessions and marks of one shard: no locks, no counting.

use std::mem;

use hashbrown::HashTable;
use session_core::{Moment, StoreKey, Touch};

use crate::ends::Ends;
use crate::pages::Pages;
use crate::removed::Removed;
use crate::slot::{Slot, State};

/// An index that is emptier than this, of what it has allocated, gives memory back.
const SPARSE: usize = 8;
const SMALLEST: usize = 64;

/// A dense table of slots, with an index by key and two by end.
///
/// Slots are numbered without gaps: the last one moves into the place of one that is removed.
#[derive(Default)]
pub(crate) struct Slots {
    slots: Pages<Slot>,
    numbers: HashTable<usize>,
    /// The sessions without an owner, which may be evicted.
    anonymous: Ends,
    /// All else.
    others: Ends,
}

impl Slots {
    /// What is filed under `key`, ended or not.
    pub(crate) fn get(&self, key: &StoreKey) -> Option<&State> {
        self.number(key).and_then(|number| self.state(number))
    }

    /// What lives under `key`.
    pub(crate) fn living(&self, key: &StoreKey, now: Moment) -> Option<&State> {
        self.get(key).filter(|state| !state.end().has_passed(now))
    }

    /// The number of what lives under `key`. What has ended there is removed.
    pub(crate) fn living_number(&mut self, key: &StoreKey, now: Moment, removed: &mut Removed) -> Option<usize> {
        let number = self.number(key)?;
        if !self.state(number)?.end().has_passed(now) {
            return Some(number);
        }
        removed.extend(self.remove(number));
        None
    }

    pub(crate) fn number(&self, key: &StoreKey) -> Option<usize> {
        let is_there = |number: &usize| self.slots.get(*number).is_some_and(|slot| slot.key == *key);
        self.numbers.find(hash(key), is_there).copied()
    }

    pub(crate) fn state(&self, number: usize) -> Option<&State> {
        self.slots.get(number).map(|slot| &slot.state)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter()
    }

    pub(crate) fn into_slots(self) -> impl Iterator<Item = Slot> {
        self.slots.into_iter()
    }

    /// Files `state` under `key`, where nothing may be.
    pub(crate) fn insert(&mut self, key: StoreKey, state: State) {
        let number = self.slots.len();
        let filed = state.end();
        self.ends(state.is_anonymous()).insert(filed, number);
        self.slots.push(Slot { key, state, filed });
        let slots = &self.slots;
        self.numbers
            .insert_unique(hash(&key), number, |number| hash_of(slots, *number));
    }

    pub(crate) fn remove(&mut self, number: usize) -> Option<Slot> {
        let slot = self.slots.swap_remove(number)?;
        let last = self.slots.len();
        self.ends(slot.state.is_anonymous()).remove(slot.filed, number);
        if let Ok(found) = self.numbers.find_entry(hash(&slot.key), |other| *other == number) {
            found.remove();
        }
        if number != last {
            self.renumber(last, number);
        }
        self.shrink();
        Some(slot)
    }

    /// Puts `state` in the place of what is there, and answers with that.
    pub(crate) fn replace(&mut self, number: usize, state: State) -> Option<State> {
        let slot = self.slots.get_mut(number)?;
        let before = mem::replace(&mut slot.state, state);
        if slot.state.end() < slot.filed || before.is_anonymous() != slot.state.is_anonymous() {
            let filed = mem::replace(&mut slot.filed, slot.state.end());
            let (end, is_anonymous) = (slot.filed, slot.state.is_anonymous());
            self.ends(before.is_anonymous()).remove(filed, number);
            self.ends(is_anonymous).insert(end, number);
        }
        Some(before)
    }

    /// Moves a session's end and last activity forward.
    pub(crate) fn touch(&mut self, number: usize, touch: &Touch) {
        if let Some(Slot {
            state: State::Session(record),
            ..
        }) = self.slots.get_mut(number)
        {
            record.last_seen_at = record.last_seen_at.max(touch.last_seen_at);
            record.expires_at = record.expires_at.max(touch.expires_at);
        }
    }

    /// Removes what has ended, looking at no more than `looks` slots; answers how many it looked at.
    pub(crate) fn reclaim(&mut self, now: Moment, looks: usize, removed: &mut Removed) -> usize {
        for looked in 0..looks {
            let ended = self
                .others
                .first_passed(now)
                .or_else(|| self.anonymous.first_passed(now));
            let Some(number) = ended else {
                return looked;
            };
            if self.state(number).is_some_and(|state| state.end().has_passed(now)) {
                removed.extend(self.remove(number));
            } else {
                self.refile(number);
            }
        }
        looks
    }

    /// Files the soonest anonymous sessions under their true ends, at most `looks` of them; answers whether the first is
    /// now, and was already, where it belongs.
    pub(crate) fn settle_anonymous(&mut self, looks: usize) -> bool {
        for looked in 0..looks {
            let Some(number) = self.anonymous.slots().next() else {
                return false;
            };
            if self.slots.get(number).is_none_or(|slot| slot.filed == slot.state.end()) {
                return looked == 0;
            }
            self.refile(number);
        }
        false
    }

    /// The anonymous session that is filed under the soonest end, other than `spared`.
    pub(crate) fn first_anonymous(&self, spared: &StoreKey) -> Option<usize> {
        let is_other = |number: &usize| self.slots.get(*number).is_some_and(|slot| slot.key != *spared);
        self.anonymous.slots().find(is_other)
    }

    /// The soonest end of anything here, or sooner.
    pub(crate) fn earliest(&self) -> Option<Moment> {
        match (self.anonymous.earliest(), self.others.earliest()) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    /// The soonest end of an anonymous session, or sooner.
    pub(crate) const fn earliest_anonymous(&self) -> Option<Moment> {
        self.anonymous.earliest()
    }

    fn refile(&mut self, number: usize) {
        let Some(slot) = self.slots.get_mut(number) else {
            return;
        };
        let filed = mem::replace(&mut slot.filed, slot.state.end());
        let (end, is_anonymous) = (slot.filed, slot.state.is_anonymous());
        let ends = self.ends(is_anonymous);
        ends.remove(filed, number);
        ends.insert(end, number);
    }

    /// Tells the indexes that the slot `from` is at `to` now.
    fn renumber(&mut self, from: usize, to: usize) {
        let Some(moved) = self.slots.get(to) else {
            return;
        };
        let (filed, is_anonymous) = (moved.filed, moved.state.is_anonymous());
        if let Some(number) = self.numbers.find_mut(hash(&moved.key), |other| *other == from) {
            *number = to;
        }
        let ends = self.ends(is_anonymous);
        ends.remove(filed, from);
        ends.insert(filed, to);
    }

    fn shrink(&mut self) {
        let allocated = self.numbers.capacity();
        if allocated > SMALLEST && self.slots.len() < allocated / SPARSE {
            let slots = &self.slots;
            self.numbers
                .shrink_to(2 * slots.len(), |number| hash_of(slots, *number));
        }
    }

    const fn ends(&mut self, is_anonymous: bool) -> &mut Ends {
        if is_anonymous {
            &mut self.anonymous
        } else {
            &mut self.others
        }
    }
}

/// The key is its own hash: it is SHA-256 output already.
///
/// That is safe because nobody can choose where a session is filed. Keys are hashes of ids with 256 random bits that the
/// server drew, and what a client sends only ever looks up. Keys that were made otherwise would be found as surely, but
/// could be made to collide and be slow. The shard is chosen by another byte.
fn hash(key: &StoreKey) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *key.as_bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

fn hash_of(slots: &Pages<Slot>, number: usize) -> u64 {
    slots.get(number).map_or(0, |slot| hash(&slot.key))
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Slots {
        /// Each index knows each slot, once and where it is.
        pub(crate) fn assert_consistent(&self) {
            for (number, slot) in self.slots.iter().enumerate() {
                assert_eq!(self.number(&slot.key), Some(number));
                assert!(slot.filed <= slot.state.end());
                let ends = [&self.others, &self.anonymous][usize::from(slot.state.is_anonymous())];
                assert!(ends.contains(slot.filed, number));
            }
            assert_eq!(self.numbers.len(), self.slots.len());
            assert_eq!(
                self.anonymous.slots().count() + self.others.slots().count(),
                self.slots.len()
            );
            assert_eq!(self.earliest(), self.slots.iter().map(|slot| slot.filed).min());
        }
    }
}
