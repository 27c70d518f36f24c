//! The model store: the contract of [`Store`](crate::store::Store), at the granularity of real engines.

mod rotation;
mod shelf;

use super::fault::Fault;
use super::kept::Kept;
use crate::clock::Moment;
use crate::id::StoreKey;
use crate::operation::{Operation, Reply};
use crate::record::{Record, Revision};

pub(super) use shelf::{Found, Shelf, Slot};

/// How much an engine can do at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grain {
    /// Every operation happens at once: memory, SQL, one Redis.
    Whole,
    /// What concerns two keys takes several steps, with those of others in between: Redis Cluster, MongoDB.
    Steps,
}

/// What never changes about a store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Engine {
    pub(super) grain: Grain,
    pub(super) fault: Option<Fault>,
}

/// How far an operation has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Progress {
    #[default]
    Start,
    /// A rotation has seen that the old record is as expected.
    Looked,
    /// The new record is there.
    Inserted,
    /// The owner's cut-off has not moved.
    Checked,
    /// The old record is a mark, and the cut-off is still to be checked: a fault.
    Turned,
    /// The new record must go again.
    CleaningUp(Because),
    /// A deletion has followed marks to here.
    Following(StoreKey),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Because {
    CutOff,
    TheOldOneChanged,
}

/// What one step of an operation led to.
#[derive(Debug)]
pub(super) enum Stepped {
    Done(Reply),
    On(Progress),
}

impl Engine {
    /// One step: everything that happens at one instant.
    pub(super) fn step(self, shelf: &mut Shelf, operation: &Operation, from: Progress, now: Moment) -> Stepped {
        let mut progress = from;
        loop {
            match self.small_step(shelf, operation, progress, now) {
                Stepped::On(next) if self.grain == Grain::Whole => progress = next,
                stepped @ (Stepped::On(_) | Stepped::Done(_)) => return stepped,
            }
        }
    }

    fn small_step(self, shelf: &mut Shelf, operation: &Operation, progress: Progress, now: Moment) -> Stepped {
        match operation {
            Operation::Load { key } => Stepped::Done(self.load(shelf, *key, now)),
            Operation::Create { key, record, signs_in } => match progress {
                Progress::Start => create(shelf, *key, record, signs_in.is_some()),
                Progress::Inserted if self.is_cut_off(shelf, record, *signs_in) => {
                    Stepped::On(Progress::CleaningUp(Because::CutOff))
                }
                Progress::CleaningUp(_) => {
                    shelf.slots.remove(key);
                    Stepped::Done(Reply::CutOff)
                }
                Progress::Inserted
                | Progress::Looked
                | Progress::Checked
                | Progress::Turned
                | Progress::Following(_) => Stepped::Done(Reply::Done),
            },
            Operation::Update { key, record, expected } => {
                Stepped::Done(self.update(shelf, *key, record, *expected, now))
            }
            Operation::Rotate { .. } => self.rotate(shelf, operation, progress, now),
            Operation::Touch { key, touch } => Stepped::Done(shelf.touch(*key, touch, now)),
            Operation::Delete { key } => self.delete(shelf, *key, progress, now),
        }
    }

    fn load(self, shelf: &Shelf, key: StoreKey, now: Moment) -> Reply {
        match shelf.look(key, now) {
            Found::Mark(successor) if self.fault == Some(Fault::LoadFollowsMarks) => self.load(shelf, successor, now),
            found @ (Found::Record(_) | Found::Mark(_) | Found::Nothing) => found.into(),
        }
    }

    fn update(self, shelf: &mut Shelf, key: StoreKey, record: &Record, expected: Revision, now: Moment) -> Reply {
        match shelf.look(key, now) {
            Found::Record(current)
                if current.revision == expected || self.fault == Some(Fault::UpdateIgnoresTheRevision) => {}
            Found::Nothing if self.fault == Some(Fault::UpdateInserts) => {}
            found @ (Found::Record(_) | Found::Mark(_) | Found::Nothing) => return found.into(),
        }
        shelf.slots.insert(key, Slot::Record(Kept(record.clone())));
        Reply::Done
    }

    fn delete(self, shelf: &mut Shelf, key: StoreKey, progress: Progress, now: Moment) -> Stepped {
        let key = if let Progress::Following(key) = progress {
            key
        } else {
            key
        };
        match shelf.look(key, now) {
            Found::Record(_) => {
                shelf.slots.remove(&key);
                Stepped::Done(Reply::Done)
            }
            Found::Mark(successor) if self.fault != Some(Fault::DeleteStopsAtAMark) => {
                Stepped::On(Progress::Following(successor))
            }
            Found::Mark(_) | Found::Nothing => {
                // Somebody whose clock reading is older may still slide the end of what has ended by this one.
                if shelf.record(key).is_some() && self.fault != Some(Fault::DeleteLeavesWhatHasEnded) {
                    shelf.slots.remove(&key);
                }
                Stepped::Done(Reply::Absent)
            }
        }
    }

    fn is_cut_off(self, shelf: &Shelf, record: &Record, signs_in: Option<Moment>) -> bool {
        let cut_off = shelf.cut_off(record);
        self.fault != Some(Fault::CutOffIsNotChecked)
            && cut_off
                .zip(signs_in)
                .is_some_and(|(cut_off, began_at)| began_at.has_passed(cut_off))
    }
}

fn create(shelf: &mut Shelf, key: StoreKey, record: &Record, signs_in: bool) -> Stepped {
    match shelf.slots.get(&key) {
        Some(Slot::Record(found)) if found.0.revision == record.revision => {}
        Some(_) => return Stepped::Done(Reply::Taken),
        None => {
            shelf.slots.insert(key, Slot::Record(Kept(record.clone())));
        }
    }
    if signs_in {
        Stepped::On(Progress::Inserted)
    } else {
        Stepped::Done(Reply::Done)
    }
}
