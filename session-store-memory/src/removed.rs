//! What an operation took out of the shards.

use session_core::{Owner, Record, StoreKey};

use crate::capacity::cost_of;
use crate::sessions::Sessions;
use crate::slot::{Slot, State};

/// Gathers, under the locks, what is finished with when they are released: counts to correct, owners to be told, and
/// payloads to drop.
#[derive(Default)]
pub(crate) struct Removed {
    pub(crate) sessions: usize,
    pub(crate) bytes: usize,
    pub(crate) marks: usize,
    pub(crate) records: Vec<(StoreKey, Record)>,
}

impl Removed {
    /// A session that lives on under another key: nothing to count.
    pub(crate) fn push_moved(&mut self, key: StoreKey, record: Record) {
        self.records.push((key, record));
    }
}

impl Extend<Slot> for Removed {
    fn extend<I: IntoIterator<Item = Slot>>(&mut self, slots: I) {
        for slot in slots {
            match slot.state {
                State::Session(record) => {
                    self.sessions += 1;
                    self.bytes += cost_of(&record);
                    self.records.push((slot.key, record));
                }
                State::Mark { .. } => self.marks += 1,
            }
        }
    }
}

impl Sessions {
    /// Settles what was removed under the locks, which must all be released by now; answers whether it made room.
    pub(crate) fn finish(&self, removed: Removed) -> bool {
        let has_freed = removed.sessions > 0;
        if has_freed {
            self.capacity.release(removed.sessions, removed.bytes);
        }
        for (key, record) in removed.records {
            if let Some(owner) = &record.owner {
                let mut owned = self.owners.lock(owner);
                if !self.is_owned(&key, owner) {
                    owned.remove(owner, key);
                }
            }
        }
        has_freed
    }

    /// Asked under the owner's lock: the key may have been filed anew since it was removed.
    fn is_owned(&self, key: &StoreKey, owner: &Owner) -> bool {
        let shard = self.shards.of(key).read();
        matches!(shard.get(key), Some(State::Session(record)) if record.owner.as_ref() == Some(owner))
    }
}
