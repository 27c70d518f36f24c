//! The user index: who has sessions where.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use session_core::{Owner, StoreKey};

use crate::cut_offs::CutOffs;

const SHARDS: u64 = 64;

/// What is known of each owner.
///
/// Whoever makes a session of an owner's, or lists or ends them all, holds the owner's lock all the while; so none of these
/// falls between the steps of another. Whoever removes a session knows its owner only afterwards, and tells the index then:
/// until that happens the index has a key too many, which does no harm, since whoever reads it looks the session up.
pub(crate) struct Owners {
    /// Names can be chosen by users, so their hash is keyed.
    hasher: RandomState,
    shards: Box<[Mutex<Owned>]>,
}

impl Owners {
    #[expect(clippy::indexing_slicing, reason = "the remainder is less than the number of shards")]
    pub(crate) fn lock(&self, owner: &Owner) -> MutexGuard<'_, Owned> {
        let place = usize::try_from(self.hasher.hash_one(owner) % SHARDS).unwrap_or_default();
        take(&self.shards[place])
    }

    /// Each in turn, in the order in which more than one of them may be held.
    pub(crate) fn lock_each(&self) -> impl Iterator<Item = MutexGuard<'_, Owned>> {
        self.shards.iter().map(take)
    }
}

impl Default for Owners {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }
}

fn take(shard: &Mutex<Owned>) -> MutexGuard<'_, Owned> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The owners of one shard.
#[derive(Default)]
pub(crate) struct Owned {
    /// One set for all, since most owners have one session or two: a set for each would take more than the keys.
    keys: BTreeSet<(Owner, StoreKey)>,
    pub(crate) cut_offs: CutOffs,
}

impl Owned {
    pub(crate) fn insert(&mut self, owner: &Owner, key: StoreKey) {
        self.keys.insert((owner.clone(), key));
    }

    pub(crate) fn remove(&mut self, owner: &Owner, key: StoreKey) {
        self.keys.remove(&(owner.clone(), key));
    }

    pub(crate) fn keys_of(&self, owner: &Owner) -> Vec<StoreKey> {
        let first = (owner.clone(), StoreKey::from_bytes([0; 32]));
        let all = self.keys.range(first..);
        all.take_while(|(other, _)| other == owner)
            .map(|(_, key)| *key)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Owners {
        /// All that the index has.
        pub(crate) fn all(&self) -> BTreeSet<(Owner, StoreKey)> {
            self.lock_each().flat_map(|owned| owned.keys.clone()).collect()
        }
    }
}
