//! Moving a session to a new key, in steps that may each be the last: look, insert the new record, check the owner's
//! cut-off, turn the old record into a mark. Whoever fails after the second cleans up.

use super::{Because, Engine, Found, Progress, Shelf, Slot, Stepped};
use crate::clock::Moment;
use crate::id::StoreKey;
use crate::model::fault::Fault;
use crate::model::kept::Kept;
use crate::operation::{Operation, Reply};
use crate::record::{Record, Revision};

/// A rotation's operands.
#[derive(Clone, Copy)]
struct Move<'a> {
    old: StoreKey,
    new: StoreKey,
    record: &'a Record,
    expected: Revision,
    mark_until: Moment,
    signs_in: Option<Moment>,
    now: Moment,
}

impl Engine {
    pub(super) fn rotate(self, shelf: &mut Shelf, operation: &Operation, progress: Progress, now: Moment) -> Stepped {
        let Operation::Rotate {
            old,
            new,
            record,
            expected,
            mark_until,
            signs_in,
        } = operation
        else {
            return Stepped::Done(Reply::Absent);
        };
        let rotation = Move {
            old: *old,
            new: *new,
            record,
            expected: *expected,
            mark_until: *mark_until,
            signs_in: *signs_in,
            now,
        };
        match progress {
            Progress::Looked => self.insert(shelf, rotation),
            // A revocation moves the cut-off before it lists, so what was inserted before it moved will be listed.
            Progress::Inserted if self.is_cut_off(shelf, record, *signs_in) => {
                Stepped::On(Progress::CleaningUp(Because::CutOff))
            }
            Progress::Inserted => Stepped::On(Progress::Checked),
            Progress::Checked => self.turn(shelf, rotation),
            Progress::Turned if self.is_cut_off(shelf, record, *signs_in) => {
                Stepped::On(Progress::CleaningUp(Because::CutOff))
            }
            Progress::Turned => Stepped::Done(Reply::Done),
            Progress::CleaningUp(because) => clean_up(shelf, rotation, because),
            Progress::Start | Progress::Following(_) => self.look_first(shelf, rotation),
        }
    }

    /// A rotation that was sent again is known before it inserts anything: its session may have ended since.
    fn look_first(self, shelf: &mut Shelf, rotation: Move<'_>) -> Stepped {
        if self.fault == Some(Fault::RotateInsertsUnseen) {
            return self.insert(shelf, rotation);
        }
        if is_applied(shelf, rotation) {
            return Stepped::Done(Reply::Done);
        }
        match shelf.look(rotation.old, rotation.now) {
            Found::Record(current) if current.revision == rotation.expected => {
                if self.fault == Some(Fault::RotateRemovesFirst) {
                    self.leave_mark(shelf, rotation);
                }
                Stepped::On(Progress::Looked)
            }
            found @ (Found::Record(_) | Found::Mark(_) | Found::Nothing) => Stepped::Done(found.into()),
        }
    }

    fn insert(self, shelf: &mut Shelf, rotation: Move<'_>) -> Stepped {
        shelf
            .slots
            .entry(rotation.new)
            .or_insert_with(|| Slot::Record(Kept(rotation.record.clone())));
        Stepped::On(match self.fault {
            Some(Fault::RotateRemovesFirst) => Progress::Turned,
            Some(Fault::CutOffIsCheckedLast) => Progress::Checked,
            _ if rotation.signs_in.is_none() => Progress::Checked,
            _ => Progress::Inserted,
        })
    }

    fn turn(self, shelf: &mut Shelf, rotation: Move<'_>) -> Stepped {
        match shelf.look(rotation.old, rotation.now) {
            Found::Record(current)
                if current.revision == rotation.expected || self.fault == Some(Fault::TurnIsUnconditional) =>
            {
                self.leave_mark(shelf, rotation);
                if self.fault == Some(Fault::CutOffIsCheckedLast) {
                    Stepped::On(Progress::Turned)
                } else {
                    Stepped::Done(Reply::Done)
                }
            }
            _ if is_applied(shelf, rotation) => Stepped::Done(Reply::Done),
            Found::Record(_) | Found::Mark(_) | Found::Nothing => {
                Stepped::On(Progress::CleaningUp(Because::TheOldOneChanged))
            }
        }
    }

    fn leave_mark(self, shelf: &mut Shelf, rotation: Move<'_>) {
        match self.fault {
            Some(Fault::RotateCopies) => {}
            Some(Fault::RotateLeavesNoMark) => {
                shelf.slots.remove(&rotation.old);
            }
            _ => {
                let mark = Slot::Mark {
                    successor: rotation.new,
                    until: rotation.mark_until,
                };
                shelf.slots.insert(rotation.old, mark);
            }
        }
    }
}

/// Whether an earlier call, whose reply was lost, has done it.
fn is_applied(shelf: &Shelf, rotation: Move<'_>) -> bool {
    matches!(shelf.look(rotation.old, rotation.now), Found::Mark(successor) if successor == rotation.new)
}

fn clean_up(shelf: &mut Shelf, rotation: Move<'_>, because: Because) -> Stepped {
    shelf.slots.remove(&rotation.new);
    match because {
        Because::CutOff => Stepped::Done(Reply::CutOff),
        Because::TheOldOneChanged => Stepped::Done(shelf.look(rotation.old, rotation.now).into()),
    }
}
