//! What happens when the store is full.

use session_core::{Moment, Record, StoreError, StoreKey};

use crate::capacity::cost_of;
use crate::removed::Removed;
use crate::sessions::Sessions;
use crate::settings::WhenFull;
use crate::shard::Shard;

/// How many slots of each shard a full store looks at for ended ones.
const ENDED_LOOKS: usize = 32;
/// How many times an eviction corrects what it had filed as nearest, and how many slots each time.
const ROUNDS: usize = 8;
const ROUND_LOOKS: usize = 8;

impl Sessions {
    /// Frees at least one place, sparing the session under `spared`; answers whether it could.
    pub(crate) fn make_room(&self, spared: &StoreKey, now: Moment) -> bool {
        self.reclaim_some(now)
            || match self.when_full {
                WhenFull::Refuse => false,
                WhenFull::EvictNearestEnd => self.evict(spared),
            }
    }

    /// As [`make_room`](Self::make_room), for the session under `key` that is to become `record`.
    pub(crate) fn room_to_grow(&self, key: &StoreKey, record: &Record, now: Moment) -> Result<(), StoreError> {
        self.capacity.admit(cost_of(record))?;
        if self.make_room(key, now) {
            Ok(())
        } else {
            Err(StoreError::Full)
        }
    }

    /// Removes ended sessions of the first shard that has any; answers whether there were some.
    fn reclaim_some(&self, now: Moment) -> bool {
        for shard in self.shards.iter().filter(|shard| shard.may_have_ended(now)) {
            let mut removed = Removed::default();
            shard.write().slots().reclaim(now, ENDED_LOOKS, &mut removed);
            if self.finish(removed) {
                return true;
            }
        }
        false
    }

    /// Removes the anonymous session that is nearest its end; answers whether there was one.
    ///
    /// Shards tell the end under which their first one is filed, which may be sooner than its true end. Where it was, the
    /// shard files it anew and the search begins again. It ends after some rounds, with the best that was found.
    fn evict(&self, spared: &StoreKey) -> bool {
        let mut removed = Removed::default();
        let mut without: Option<&Shard> = None;
        for round in 0.. {
            let others = self
                .shards
                .iter()
                .filter(|shard| without.is_none_or(|it| !std::ptr::eq(it, *shard)));
            let nearest = others
                .filter_map(|shard| Some((shard.earliest_anonymous()?, shard)))
                .min_by_key(|it| it.0);
            let Some((_, shard)) = nearest else {
                return false;
            };
            let mut writing = shard.write();
            let slots = writing.slots();
            if !slots.settle_anonymous(ROUND_LOOKS) && round < ROUNDS {
                continue;
            }
            match slots.first_anonymous(spared) {
                Some(number) => removed.extend(slots.remove(number)),
                // Only the spared one is there, or somebody else was quicker.
                None => without = Some(shard),
            }
            if removed.sessions > 0 {
                break;
            }
        }
        self.finish(removed)
    }
}
