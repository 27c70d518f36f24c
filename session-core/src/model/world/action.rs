//! What can happen next.

use super::{Stage, World};
use crate::commit::Ending;
use crate::model::engine::Progress;
use crate::model::machine::Machines;
use crate::model::scenario::Scenario;
use crate::operation::{Operation, Reply};
use crate::payload::Snapshot;

/// Something that can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model) enum Action {
    /// The next of the scenario's moments comes.
    TimePasses,
    /// A request reads the clock and begins.
    Begin(usize),
    /// Its handler is done, and the commit reads the clock.
    Commit(usize),
    /// One step of a store operation.
    Step(usize),
    /// The operation was never performed, or no further than it is, and nobody knows.
    LoseRequest(usize),
    /// One more step is performed, and nobody knows.
    LoseReply(usize),
    /// The process ends in the middle of a store operation.
    Crash(usize),
    /// The first is handed what the second has written.
    Offer(usize, usize),
}

impl World {
    /// Everything that can happen now.
    pub(in crate::model) fn actions(&self, scenario: &Scenario, machines: &Machines) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.has_time(scenario) {
            actions.push(Action::TimePasses);
        }
        for number in 0..self.requests.len() {
            if self.can_go_on(machines, number) {
                self.actions_of(number, scenario, machines, &mut actions);
            }
        }
        actions
    }

    fn can_go_on(&self, machines: &Machines, number: usize) -> bool {
        let request = &self.requests[number];
        !request.has_crashed
            && match &request.stage {
                Stage::Waiting => self.presented(machines, number).is_some(),
                Stage::Machine(node) => machines.node(*node).outcome.is_none(),
                Stage::Revocation(revocation) => !revocation.is_done(),
            }
    }

    fn actions_of(&self, number: usize, scenario: &Scenario, machines: &Machines, actions: &mut Vec<Action>) {
        let request = &self.requests[number];
        let node = match request.stage {
            Stage::Waiting => return actions.push(Action::Begin(number)),
            Stage::Revocation(_) => return actions.push(Action::Step(number)),
            Stage::Machine(node) => machines.node(node),
        };
        let Some(operation) = &node.operation else {
            return actions.push(Action::Commit(number));
        };
        actions.push(Action::Step(number));
        if self.losses < scenario.losses && !matches!(operation, Operation::Load { .. } | Operation::Touch { .. }) {
            actions.extend([Action::LoseRequest(number), Action::LoseReply(number)]);
        }
        if self.crashes < scenario.crashes && request.progress != Progress::Start {
            actions.push(Action::Crash(number));
        }
        if scenario.offers && request.progress == Progress::Start && !node.is_uncertain() && node.offered().is_none() {
            let others = (0..self.requests.len()).filter(|other| self.offer(machines, operation, *other).is_some());
            actions.extend(others.map(|other| Action::Offer(number, other)));
        }
    }

    /// The record that `other` has written where `operation` is about to write.
    pub(in crate::model) fn offer(&self, machines: &Machines, operation: &Operation, other: usize) -> Option<Snapshot> {
        let (Operation::Update { key, .. }, Stage::Machine(node)) = (operation, &self.requests[other].stage) else {
            return None;
        };
        let node = machines.node(*node);
        let has_updated = node.outcome.as_ref()?.result == Ok(Ending::Updated);
        match node.history.last()? {
            (Operation::Update { key: same, record, .. }, Reply::Done) if has_updated && same == key => {
                Some(Snapshot::read(record.clone()).unwrap())
            }
            _ => None,
        }
    }
}
