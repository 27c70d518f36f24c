//! Moving a session to a new key.

use session_core::{Moment, Record, Rotated, Rotation, StoreError};

use crate::capacity::cost_of;
use crate::removed::Removed;
use crate::sessions::{NoRoom, Sessions, sweep};
use crate::shard::Writing;
use crate::slot::State;
use crate::slots::Slots;

/// A rotation to a key that another session or mark has: no key may be used twice.
#[derive(Debug, thiserror::Error)]
#[error("the new key of the rotation is taken, needs one that was never used")]
struct NewKeyTaken;

impl Sessions {
    pub(crate) fn rotate(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        loop {
            let mut removed = Removed::default();
            let answer = self.try_rotate(rotation, now, &mut removed);
            let has_freed = self.finish(removed);
            match answer {
                Ok(answer) => return answer,
                Err(NoRoom) if has_freed => {}
                Err(NoRoom) => self.room_to_grow(rotation.old, rotation.record, now)?,
            }
        }
    }

    /// The locks of both shards are held from the first look to the last change, so nobody sees the session twice or not
    /// at all; and the new owner's lock, so that whoever ends that owner's sessions finds it under one of the keys.
    fn try_rotate(
        &self,
        rotation: &Rotation<'_>,
        now: Moment,
        removed: &mut Removed,
    ) -> Result<Result<Rotated, StoreError>, NoRoom> {
        let owner = rotation.record.owner.as_ref();
        let mut owned = owner.map(|owner| (owner, self.owners.lock(owner)));
        let (old, new) = self.shards.write_both(rotation.old, rotation.new);
        let mut pair = Pair { old, new };
        sweep(pair.old_slots(), now, removed);
        let current = match pair.current(rotation, now, removed) {
            Ok(current) => current,
            Err(answer) => return Ok(Ok(answer)),
        };
        if let (Some((owner, owned)), Some(began)) = (&owned, rotation.signs_in)
            && owned.cut_offs.ends(owner, began, now)
        {
            return Ok(Ok(Rotated::CutOff));
        }
        if pair.new_slots().living_number(rotation.new, now, removed).is_some() {
            return Ok(Err(StoreError::Unavailable(Box::new(NewKeyTaken))));
        }
        if !self.capacity.resize(cost_of(&current), cost_of(rotation.record)) {
            return Err(NoRoom);
        }
        pair.carry_out(rotation);
        removed.push_moved(*rotation.old, current);
        if let Some((owner, owned)) = &mut owned {
            owned.insert(owner, *rotation.new);
        }
        Ok(Ok(Rotated::Applied))
    }
}

/// The shards of both keys, which may be the same one.
struct Pair<'a> {
    old: Writing<'a>,
    new: Option<Writing<'a>>,
}

impl Pair<'_> {
    fn old_slots(&mut self) -> &mut Slots {
        self.old.slots()
    }

    fn new_slots(&mut self) -> &mut Slots {
        self.new.as_mut().unwrap_or(&mut self.old).slots()
    }

    /// The session as it is, or why it can't be moved.
    fn current(&mut self, rotation: &Rotation<'_>, now: Moment, removed: &mut Removed) -> Result<Record, Rotated> {
        let number = self.old_slots().living_number(rotation.old, now, removed);
        let old = self.old.view();
        match number.and_then(|number| old.state(number)) {
            Some(State::Session(current)) if current.revision == rotation.expected => Ok(current.clone()),
            Some(State::Session(current)) => Err(Rotated::Conflict(current.clone())),
            Some(State::Mark { to, .. }) if to == rotation.new => Err(Rotated::Applied),
            Some(State::Mark { to, .. }) => Err(Rotated::Moved(*to)),
            None => Err(Rotated::Gone),
        }
    }

    fn carry_out(&mut self, rotation: &Rotation<'_>) {
        self.new_slots()
            .insert(*rotation.new, State::Session(rotation.record.clone()));
        let old = self.old_slots();
        let Some(number) = old.number(rotation.old) else {
            return;
        };
        let mark = State::Mark {
            to: *rotation.new,
            until: rotation.mark_until,
        };
        old.replace(number, mark);
    }
}
