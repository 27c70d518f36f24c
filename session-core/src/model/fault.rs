//! Planted faults: each is a mistake that a store, the driver of the machine or the machine itself could make.

use super::machine::{Input, Node};
use crate::operation::Reply;
use crate::payload::{Draft, Snapshot};
use crate::record::Record;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    UpdateInserts,
    UpdateIgnoresTheRevision,
    LoadFollowsMarks,
    DeleteStopsAtAMark,
    DeleteLeavesWhatHasEnded,
    /// The old record stays.
    RotateCopies,
    RotateRemovesFirst,
    /// It does not look whether it has been applied already.
    RotateInsertsUnseen,
    RotateLeavesNoMark,
    TurnIsUnconditional,
    CutOffIsNotChecked,
    /// When the old record is a mark already.
    CutOffIsCheckedLast,
    RevokeListsFirst,
    /// The machine is not told that a reply was lost.
    ResendsOnTheQuiet,
    /// The machine is not told that somebody has signed in meanwhile.
    SignInIsHidden,
    MovedIsTakenForAbsent,
    GoneSendsACookie,
}

impl Fault {
    /// What the machine learns of an input.
    pub(super) fn shown_to_the_machine(fault: Option<Self>, node: &Node, input: &Input) -> Option<Input> {
        match (fault, input) {
            (Some(Self::ResendsOnTheQuiet), Input::Reply(Reply::Lost)) => None,
            (Some(Self::SignInIsHidden), Input::Reply(Reply::Current(record))) => {
                Some(Input::Reply(Reply::Current(node.as_if_nobody_had_signed_in(record))))
            }
            _ => Some(input.clone()),
        }
    }
}

impl Node {
    fn as_if_nobody_had_signed_in(&self, record: &Record) -> Record {
        let first = self
            .shown()
            .next()
            .map(|(_, first)| Snapshot::read(first.clone()).unwrap());
        let shown = Snapshot::read(record.clone()).unwrap();
        let draft = Draft {
            revision: record.revision,
            created_at: record.created_at,
            last_seen_at: record.last_seen_at,
            owner: record.owner.clone(),
            signed_in_at: first.and_then(|first| first.head().signed_in_at),
            lineage: shown.head().lineage,
            forwards_until: shown.head().forwards_until,
            limits: shown.head().limits,
            foreign: &[],
            values: shown.values().edit().unwrap(),
            replaces: None,
        };
        draft.write(usize::MAX).unwrap().record().clone()
    }
}
