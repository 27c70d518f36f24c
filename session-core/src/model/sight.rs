//! A state as the properties see it: which keys are one session, and which ids lead where.

use std::collections::{BTreeMap, BTreeSet};

use super::machine::{Machines, Node};
use super::outcome::{Cookie, Outcome};
use super::program::Program;
use super::revocation::Revocation;
use super::scenario::{FIRST, Scenario};
use super::world::{Stage, World};
use crate::clock::Moment;
use crate::commit::Ending;
use crate::id::StoreKey;
use crate::operation::{Operation, Reply};

#[derive(Debug)]
pub(super) struct Sight<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) world: &'a World,
    pub(super) now: Moment,
    /// The requests that have begun.
    pub(super) requests: Vec<Seen<'a>>,
    pub(super) revocations: Vec<(&'static str, &'a Revocation)>,
    /// Which request filed a key, and from which older one it moved the session, if from any.
    pub(super) origins: BTreeMap<StoreKey, (usize, Option<StoreKey>)>,
    /// The ids that visitors hold.
    pub(super) issued: BTreeSet<StoreKey>,
}

/// A request in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    pub(super) number: usize,
    pub(super) program: &'a Program,
    pub(super) node: &'a Node,
    /// How it ended, if it has.
    pub(super) outcome: Option<&'a Outcome>,
    pub(super) after: u8,
}

impl<'a> Sight<'a> {
    pub(super) fn of(scenario: &'a Scenario, machines: &'a Machines, world: &'a World) -> Self {
        let mut sight = Self {
            scenario,
            world,
            now: world.now(scenario),
            requests: Vec::new(),
            revocations: Vec::new(),
            origins: BTreeMap::new(),
            issued: BTreeSet::from([*FIRST]),
        };
        for (number, request) in world.requests.iter().enumerate() {
            let program = &scenario.programs[number];
            match &request.stage {
                Stage::Waiting => {}
                Stage::Revocation(revocation) => {
                    let owner = program.revokes.unwrap_or_default();
                    sight.revocations.push((owner, revocation));
                }
                Stage::Machine(node) => {
                    let node = machines.node(*node);
                    sight.requests.push(Seen {
                        number,
                        program,
                        node,
                        outcome: node.outcome.as_ref(),
                        after: request.after,
                    });
                }
            }
        }
        sight.remember_origins();
        sight
    }

    fn remember_origins(&mut self) {
        for seen in &self.requests {
            if let Some(Cookie::Issue(key)) = seen.outcome.map(|outcome| outcome.cookie) {
                self.issued.insert(key);
            }
            let performed = seen.node.history.iter().map(|(operation, _)| operation);
            for operation in performed.chain(&seen.node.operation) {
                match operation {
                    Operation::Create { key, .. } => self.origins.insert(*key, (seen.number, None)),
                    Operation::Rotate { old, new, .. } => self.origins.insert(*new, (seen.number, Some(*old))),
                    Operation::Load { .. }
                    | Operation::Update { .. }
                    | Operation::Touch { .. }
                    | Operation::Delete { .. } => None,
                };
            }
        }
    }

    /// The key that a session began under, before all rotations.
    pub(super) fn root(&self, mut key: StoreKey) -> StoreKey {
        while let Some((_, Some(older))) = self.origins.get(&key) {
            key = *older;
        }
        key
    }

    /// Where the ids that visitors hold lead to in one session: to the living records, marks followed.
    pub(super) fn alive(&self, root: StoreKey) -> BTreeSet<StoreKey> {
        let shelf = &self.world.shelf;
        self.issued
            .iter()
            .map(|key| shelf.end_of_marks(*key, self.now))
            .filter(|key| shelf.is_alive(*key, self.now) && self.root(*key) == root)
            .collect()
    }

    /// The sessions that requests were acknowledged to have, by where each began.
    pub(super) fn roots(&self) -> BTreeSet<StoreKey> {
        self.issued.iter().map(|key| self.root(*key)).collect()
    }
}

impl Seen<'_> {
    pub(super) fn ended(&self, ending: Ending) -> bool {
        self.outcome.is_some_and(|outcome| outcome.result == Ok(ending))
    }

    pub(super) fn has_tried_to_delete(&self, is_meant: impl Fn(StoreKey) -> bool) -> bool {
        let performed = self.node.history.iter().map(|(operation, _)| operation);
        performed
            .chain(&self.node.operation)
            .any(|operation| matches!(operation, Operation::Delete { key } if is_meant(*key)))
    }

    /// The deletions that were answered, and whether each certainly ended a session.
    pub(super) fn deletions(&self) -> impl Iterator<Item = (StoreKey, bool)> {
        let history = &self.node.history;
        let was_lost = history
            .iter()
            .any(|(operation, reply)| matches!((operation, reply), (Operation::Delete { .. }, Reply::Lost)));
        history
            .iter()
            .filter_map(move |(operation, reply)| match (operation, reply) {
                (Operation::Delete { key }, Reply::Done) => Some((*key, !was_lost)),
                (Operation::Delete { key }, Reply::Absent) => Some((*key, false)),
                _ => None,
            })
    }
}
