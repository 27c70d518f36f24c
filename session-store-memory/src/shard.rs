//! The locks around the slots.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use session_core::{Moment, StoreKey};

use crate::slots::Slots;

const SHARDS: usize = 256;

/// An end that no moment reaches.
const NEVER: u64 = u64::MAX;

/// All sessions, split so that writers seldom meet.
///
/// Lock order, in the whole crate: one owner's lock first, then shards in ascending order.
pub(crate) struct Shards(Box<[Shard]>);

impl Shards {
    #[expect(clippy::indexing_slicing, reason = "there is a shard for each value of a byte")]
    pub(crate) fn of(&self, key: &StoreKey) -> &Shard {
        &self.0[place(key)]
    }

    /// The shards of both keys; the second is `None` where it is the first.
    pub(crate) fn write_both(&self, one: &StoreKey, other: &StoreKey) -> (Writing<'_>, Option<Writing<'_>>) {
        let (first, second) = (self.of(one), self.of(other));
        match place(one).cmp(&place(other)) {
            std::cmp::Ordering::Less => {
                let held = first.write();
                (held, Some(second.write()))
            }
            std::cmp::Ordering::Equal => (first.write(), None),
            std::cmp::Ordering::Greater => {
                let held = second.write();
                (first.write(), Some(held))
            }
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Shard> {
        self.0.iter()
    }
}

impl Default for Shards {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| Shard::default()).collect())
    }
}

/// The last byte, since the hash is made of the first ones.
fn place(key: &StoreKey) -> usize {
    let [.., last] = *key.as_bytes();
    usize::from(last)
}

/// Slots behind a lock, and what can be asked without it. On cache lines of its own.
#[repr(align(128))]
pub(crate) struct Shard {
    slots: RwLock<Slots>,
    /// [`Slots::earliest`] and [`Slots::earliest_anonymous`] in milliseconds, as of the last write.
    earliest: AtomicU64,
    earliest_anonymous: AtomicU64,
}

impl Shard {
    /// A poisoned lock is taken over, as everywhere here: no code that can panic runs while it is held.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Slots> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> Writing<'_> {
        Writing {
            slots: self.slots.write().unwrap_or_else(PoisonError::into_inner),
            shard: self,
        }
    }

    /// Whether something here may have ended.
    pub(crate) fn may_have_ended(&self, now: Moment) -> bool {
        self.earliest.load(Ordering::Relaxed) <= now.as_millis()
    }

    /// The soonest end of an anonymous session, or sooner; `None` where there is none.
    pub(crate) fn earliest_anonymous(&self) -> Option<u64> {
        let earliest = self.earliest_anonymous.load(Ordering::Relaxed);
        (earliest != NEVER).then_some(earliest)
    }
}

impl Default for Shard {
    fn default() -> Self {
        Self {
            slots: RwLock::default(),
            earliest: AtomicU64::new(NEVER),
            earliest_anonymous: AtomicU64::new(NEVER),
        }
    }
}

/// A shard that is locked for writing. Publishes the earliest ends when it is let go.
pub(crate) struct Writing<'a> {
    slots: RwLockWriteGuard<'a, Slots>,
    shard: &'a Shard,
}

impl Writing<'_> {
    pub(crate) fn slots(&mut self) -> &mut Slots {
        &mut self.slots
    }

    pub(crate) fn view(&self) -> &Slots {
        &self.slots
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        publish(&self.shard.earliest, self.slots.earliest());
        publish(&self.shard.earliest_anonymous, self.slots.earliest_anonymous());
    }
}

/// Leaves the cache line alone where nothing has changed. Only the holder of the write lock gets here.
fn publish(hint: &AtomicU64, end: Option<Moment>) {
    let end = end.map_or(NEVER, Moment::as_millis);
    if hint.load(Ordering::Relaxed) != end {
        hint.store(end, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Shards {
        /// Nothing is in a wrong shard, and what shards publish is so.
        pub(crate) fn assert_consistent(&self) {
            for shard in &self.0 {
                let slots = shard.read();
                slots.assert_consistent();
                assert!(slots.iter().all(|slot| std::ptr::eq(self.of(&slot.key), shard)));
                let earliest = slots.earliest().map_or(NEVER, Moment::as_millis);
                assert_eq!(shard.earliest.load(Ordering::Relaxed), earliest);
                let anonymous = slots.earliest_anonymous().map(Moment::as_millis);
                assert_eq!(shard.earliest_anonymous(), anonymous);
            }
        }
    }
}
