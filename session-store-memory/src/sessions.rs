//! The operations on one session.

use std::mem;

use session_core::{Created, Deleted, Loaded, Moment, Record, Revision, StoreError, StoreKey, Touch, Touched, Updated};

use crate::capacity::{Capacity, cost_of};
use crate::owners::Owners;
use crate::removed::Removed;
use crate::settings::WhenFull;
use crate::shard::Shards;
use crate::slot::State;
use crate::slots::Slots;

/// How many slots of its shard each write looks at for ended ones: one for the session that it adds, the others to catch
/// up.
const LOOKS: usize = 4;

/// What all clones of a store share.
pub(crate) struct Sessions {
    pub(crate) shards: Shards,
    pub(crate) owners: Owners,
    pub(crate) capacity: Capacity,
    pub(crate) when_full: WhenFull,
}

/// A growing session met a full store: make room and try again.
pub(crate) struct NoRoom;

impl Sessions {
    pub(crate) fn create(
        &self,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Result<Created, StoreError> {
        let cost = cost_of(record);
        self.capacity.admit(cost)?;
        while !self.capacity.reserve(cost) {
            if let Some(answer) = self.known(key, record, signs_in, now) {
                return Ok(answer);
            }
            if !self.make_room(key, now) {
                return Err(StoreError::Full);
            }
        }
        let mut removed = Removed::default();
        let (answer, is_new) = self.file(key, record, signs_in, now, &mut removed);
        if !is_new {
            self.capacity.release(1, cost);
        }
        self.finish(removed);
        Ok(answer)
    }

    /// What a creation answers that needs no room, so that nobody is evicted for it.
    fn known(&self, key: &StoreKey, record: &Record, signs_in: Option<Moment>, now: Moment) -> Option<Created> {
        if let (Some(owner), Some(began)) = (&record.owner, signs_in)
            && self.owners.lock(owner).cut_offs.ends(owner, began, now)
        {
            return Some(Created::CutOff);
        }
        let shard = self.shards.of(key).read();
        shard.living(key, now).map(|_| Created::Taken)
    }

    fn file(
        &self,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
        removed: &mut Removed,
    ) -> (Created, bool) {
        let mut owned = record.owner.as_ref().map(|owner| (owner, self.owners.lock(owner)));
        if let (Some((owner, owned)), Some(began)) = (&owned, signs_in)
            && owned.cut_offs.ends(owner, began, now)
        {
            return (Created::CutOff, false);
        }
        let mut shard = self.shards.of(key).write();
        let slots = shard.slots();
        sweep(slots, now, removed);
        if slots.living_number(key, now, removed).is_some() {
            return (Created::Taken, false);
        }
        slots.insert(*key, State::Session(record.clone()));
        if let Some((owner, owned)) = &mut owned {
            owned.insert(owner, *key);
        }
        (Created::Created, true)
    }

    pub(crate) fn load(&self, key: &StoreKey, now: Moment) -> Loaded {
        match self.shards.of(key).read().living(key, now) {
            Some(State::Session(record)) => Loaded::Found(record.clone()),
            Some(State::Mark { to, .. }) => Loaded::Moved(*to),
            None => Loaded::Absent,
        }
    }

    pub(crate) fn update(
        &self,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Result<Updated, StoreError> {
        loop {
            let mut removed = Removed::default();
            // Declared out here so that its payload is dropped when the lock is released.
            let mut replaced = None;
            let answer = {
                let mut shard = self.shards.of(key).write();
                let slots = shard.slots();
                sweep(slots, now, &mut removed);
                let number = slots.living_number(key, now, &mut removed);
                number.map_or(Ok(Updated::Gone), |number| {
                    self.swap(slots, number, record, expected, &mut replaced)
                })
            };
            let has_freed = self.finish(removed);
            match answer {
                Ok(answer) => return Ok(answer),
                Err(NoRoom) if has_freed => {}
                Err(NoRoom) => self.room_to_grow(key, record, now)?,
            }
        }
    }

    fn swap(
        &self,
        slots: &mut Slots,
        number: usize,
        record: &Record,
        expected: Revision,
        replaced: &mut Option<State>,
    ) -> Result<Updated, NoRoom> {
        let current = match slots.state(number) {
            None => return Ok(Updated::Gone),
            Some(State::Mark { to, .. }) => return Ok(Updated::Moved(*to)),
            Some(State::Session(current)) if current.revision != expected => {
                return Ok(Updated::Conflict(current.clone()));
            }
            Some(State::Session(current)) => current,
        };
        let next = Record {
            created_at: current.created_at,
            owner: current.owner.clone(),
            ..record.clone()
        };
        if !self.capacity.resize(cost_of(current), cost_of(&next)) {
            return Err(NoRoom);
        }
        *replaced = slots.replace(number, State::Session(next));
        Ok(Updated::Applied)
    }

    pub(crate) fn touch(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Touched {
        let mut removed = Removed::default();
        let answer = {
            let mut shard = self.shards.of(key).write();
            let slots = shard.slots();
            sweep(slots, now, &mut removed);
            let number = slots.living_number(key, now, &mut removed);
            match number.and_then(|number| Some((number, slots.state(number)?))) {
                None => Touched::Gone,
                Some((_, State::Mark { to, .. })) => Touched::Moved(*to),
                Some((_, State::Session(record))) if record.revision != touch.expected => Touched::Stale,
                Some((number, State::Session(_))) => {
                    slots.touch(number, touch);
                    Touched::Touched
                }
            }
        };
        self.finish(removed);
        answer
    }

    /// Marks name keys that were filed later than they were left, so a chain of them has an end.
    pub(crate) fn delete(&self, key: &StoreKey, now: Moment) -> Deleted {
        let mut removed = Removed::default();
        let mut key = *key;
        let mut passed = Vec::new();
        let answer = loop {
            let mut shard = self.shards.of(&key).write();
            let slots = shard.slots();
            let Some(number) = slots.living_number(&key, now, &mut removed) else {
                break Deleted::Absent;
            };
            if let Some(State::Mark { to, .. }) = slots.state(number) {
                passed.push(mem::replace(&mut key, *to));
                continue;
            }
            removed.extend(slots.remove(number));
            break Deleted::Deleted;
        };
        self.remove_marks(&passed, &mut removed);
        self.finish(removed);
        answer
    }

    /// They lead nowhere any more.
    fn remove_marks(&self, keys: &[StoreKey], removed: &mut Removed) {
        for key in keys {
            let mut shard = self.shards.of(key).write();
            let slots = shard.slots();
            if let Some(number) = slots.number(key)
                && matches!(slots.state(number), Some(State::Mark { .. }))
            {
                removed.extend(slots.remove(number));
            }
        }
    }
}

/// The part of the clean-up that each write does while it has the lock anyway.
pub(crate) fn sweep(slots: &mut Slots, now: Moment, removed: &mut Removed) {
    slots.reclaim(now, LOOKS, removed);
}
