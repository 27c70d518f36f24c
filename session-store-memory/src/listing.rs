//! The operations on many sessions at once.

use std::mem;

use session_core::{InvalidScanCursor, Listed, Moment, Owner, ScanCursor, Scanned, StoreError, StoreKey};

use crate::removed::Removed;
use crate::sessions::Sessions;
use crate::slot::State;
use crate::slots::Slots;

/// How many slots are looked at under one lock, so that nobody waits for long.
const BATCH: usize = 64;

impl Sessions {
    /// The owner's lock keeps sessions from moving to another key while they are looked up.
    pub(crate) fn sessions_of(&self, owner: &Owner, now: Moment) -> Vec<Listed> {
        let owned = self.owners.lock(owner);
        let keys = owned.keys_of(owner).into_iter();
        keys.filter_map(|key| listed(&self.shards.of(&key).read(), key, owner, now))
            .collect()
    }

    pub(crate) fn delete_sessions_of(&self, owner: &Owner, except: Option<&StoreKey>, now: Moment) -> u64 {
        let mut removed = Removed::default();
        let mut ended = 0;
        {
            let mut owned = self.owners.lock(owner);
            owned.cut_offs.advance(owner, now);
            let except = except.map(|key| self.successor(key, now));
            for key in owned.keys_of(owner).into_iter().filter(|key| Some(*key) != except) {
                let mut shard = self.shards.of(&key).write();
                let slots = shard.slots();
                ended += u64::from(listed(slots, key, owner, now).is_some());
                let number = slots.number(&key).filter(|number| is_owned(slots, *number, owner));
                removed.extend(number.and_then(|number| slots.remove(number)));
                owned.remove(owner, key);
            }
        }
        self.finish(removed);
        ended
    }

    /// Where a chain of marks leads.
    fn successor(&self, key: &StoreKey, now: Moment) -> StoreKey {
        let mut key = *key;
        while let Some(State::Mark { to, .. }) = self.shards.of(&key).read().living(&key, now) {
            key = *to;
        }
        key
    }

    pub(crate) fn delete_expired(&self, limit: usize, now: Moment) -> u64 {
        let mut left = limit;
        for shard in self.shards.iter().filter(|shard| shard.may_have_ended(now)) {
            while left > 0 {
                let mut removed = Removed::default();
                let looks = BATCH.min(left);
                let looked = shard.write().slots().reclaim(now, looks, &mut removed);
                left -= removed.sessions + removed.marks;
                self.finish(removed);
                if looked < looks {
                    break;
                }
            }
        }
        for mut owned in self.owners.lock_each() {
            left -= owned.cut_offs.forget_passed(left, now);
        }
        u64::try_from(limit - left).unwrap_or(u64::MAX)
    }

    pub(crate) fn count(&self, now: Moment) -> u64 {
        let living = |slots: &Slots| slots.iter().filter(|slot| is_living_session(&slot.state, now)).count();
        let all: usize = self.shards.iter().map(|shard| living(&shard.read())).sum();
        u64::try_from(all).unwrap_or(u64::MAX)
    }

    /// A page is made of whole shards, so that nothing moves within what a cursor has passed; its number is the next shard's.
    pub(crate) fn scan(&self, from: Option<&ScanCursor>, limit: usize) -> Result<Scanned, StoreError> {
        let mut number = from.map_or(Ok(0), ScanCursor::to_number)?;
        let first = usize::try_from(number).map_err(|_| InvalidScanCursor::new())?;
        let mut page = Scanned::default();
        let mut shards = self.shards.iter().skip(first).peekable();
        while let Some(shard) = shards.next() {
            let slots = shard.read();
            let sessions = slots.iter().filter(|slot| matches!(slot.state, State::Session(_)));
            page.keys.extend(sessions.map(|slot| slot.key));
            number += 1;
            if page.keys.len() >= limit && shards.peek().is_some() {
                page.next = Some(ScanCursor::new(number.to_be_bytes()));
                break;
            }
        }
        Ok(page)
    }

    /// Everything is locked before anything goes, so that no session slips from one shard to another meanwhile.
    pub(crate) fn clear(&self) {
        let mut removed = Removed::default();
        let mut taken = Vec::new();
        {
            let mut owners: Vec<_> = self.owners.lock_each().collect();
            let mut shards: Vec<_> = self.shards.iter().map(|shard| shard.write()).collect();
            taken.extend(shards.iter_mut().map(|shard| mem::take(shard.slots())));
            for owned in &mut owners {
                **owned = Default::default();
            }
        }
        for slots in taken {
            removed.extend(slots.into_slots());
        }
        self.finish(removed);
    }
}

fn listed(slots: &Slots, key: StoreKey, owner: &Owner, now: Moment) -> Option<Listed> {
    match slots.living(&key, now)? {
        State::Session(record) if record.owner.as_ref() == Some(owner) => Some(Listed {
            key,
            created_at: record.created_at,
            last_seen_at: record.last_seen_at,
            expires_at: record.expires_at,
        }),
        State::Session(_) | State::Mark { .. } => None,
    }
}

fn is_owned(slots: &Slots, number: usize, owner: &Owner) -> bool {
    matches!(slots.state(number), Some(State::Session(record)) if record.owner.as_ref() == Some(owner))
}

fn is_living_session(state: &State, now: Moment) -> bool {
    matches!(state, State::Session(_)) && !state.end().has_passed(now)
}
