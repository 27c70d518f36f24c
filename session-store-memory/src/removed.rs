//! What an operation took out of the shards.

use session_core::{Record, StoreKey};

use crate::capacity::cost_of;
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
