//! Ending all sessions of an owner: move the cut-off, list, end one after the other.

use super::engine::{Engine, Grain, Shelf, Slot};
use super::fault::Fault;
use crate::clock::Moment;
use crate::id::StoreKey;
use crate::record::Owner;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Revocation {
    pub(super) now: Moment,
    has_cut_off: bool,
    /// What is still to end, once it has been listed.
    left: Option<Vec<StoreKey>>,
    pub(super) ended: Vec<StoreKey>,
}

impl Revocation {
    pub(super) fn new(now: Moment) -> Self {
        Self {
            now,
            has_cut_off: false,
            left: None,
            ended: Vec::new(),
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.has_cut_off && self.left.as_ref().is_some_and(Vec::is_empty)
    }
}

/// One step, or all of them.
pub(super) fn revoke(revocation: &mut Revocation, shelf: &mut Shelf, engine: Engine, owner: &str) {
    let owner = Owner::new(owner).unwrap();
    loop {
        step(revocation, shelf, engine, &owner);
        if revocation.is_done() || engine.grain == Grain::Steps {
            return;
        }
    }
}

fn step(revocation: &mut Revocation, shelf: &mut Shelf, engine: Engine, owner: &Owner) {
    let now = revocation.now;
    let may_move = revocation.left.is_some() || engine.fault != Some(Fault::RevokeListsFirst);
    if !revocation.has_cut_off && may_move {
        let cut_off = shelf.cut_offs.entry(owner.clone()).or_insert(now);
        *cut_off = now.max(*cut_off);
        revocation.has_cut_off = true;
        return;
    }
    let Some(left) = &mut revocation.left else {
        revocation.left = Some(shelf.list(owner));
        return;
    };
    let Some(key) = left.pop() else { return };
    // Marks are followed: the owner's session may have gone there since it was listed, or somebody else's.
    match shelf.slots.get(&key) {
        Some(Slot::Record(record)) if record.0.owner.as_ref() == Some(owner) => {
            shelf.slots.remove(&key);
            revocation.ended.push(key);
        }
        Some(Slot::Mark { successor, .. }) => left.push(*successor),
        Some(Slot::Record(_)) | None => {}
    }
}
