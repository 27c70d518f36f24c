//! The state of everything at one instant, and what can happen next.

mod action;

use super::engine::{Progress, Shelf, Slot, Stepped};
use super::kept::Kept;
use super::machine::{Input, Machines};
use super::outcome::{Cookie, Outcome};
use super::program::Presents;
use super::revocation::{Revocation, revoke};
use super::scenario::{FIRST, Scenario, UNKNOWN};
use crate::clock::Moment;
use crate::id::StoreKey;
use crate::operation::Reply;

pub(super) use action::Action;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World {
    pub(super) shelf: Shelf,
    /// How many of the scenario's moments have come.
    ticks: usize,
    losses: usize,
    crashes: usize,
    pub(super) requests: Vec<Request>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Request {
    pub(super) stage: Stage,
    progress: Progress,
    /// The requests that had ended when this one began, one bit each.
    pub(super) after: u8,
    pub(super) has_crashed: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Stage {
    #[default]
    Waiting,
    /// The number of the machine's state.
    Machine(usize),
    Revocation(Revocation),
}

impl Request {
    pub(super) fn progress(&self) -> Progress {
        self.progress
    }
}

impl World {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let mut shelf = Shelf::default();
        shelf.slots.insert(*FIRST, Slot::Record(Kept(scenario.first_record())));
        Self {
            shelf,
            ticks: 0,
            losses: 0,
            crashes: 0,
            requests: vec![Request::default(); scenario.programs.len()],
        }
    }

    pub(super) fn now(&self, scenario: &Scenario) -> Moment {
        scenario.moment(self.ticks)
    }

    pub(super) fn outcome<'a>(&self, machines: &'a Machines, request: usize) -> Option<&'a Outcome> {
        match &self.requests[request].stage {
            Stage::Machine(number) => machines.node(*number).outcome.as_ref(),
            Stage::Waiting | Stage::Revocation(_) => None,
        }
    }

    /// The key of the id that a request comes with; `None`: it was not sent yet.
    fn presented(&self, machines: &Machines, number: usize) -> Option<Option<StoreKey>> {
        match machines.program(number).presents {
            Presents::First => Some(Some(*FIRST)),
            Presents::Unknown => Some(Some(*UNKNOWN)),
            Presents::Nothing => Some(None),
            Presents::CookieOf(earlier) => match self.outcome(machines, earlier)?.cookie {
                Cookie::Issue(key) => Some(Some(key)),
                Cookie::Keep | Cookie::Resend | Cookie::Remove => None,
            },
        }
    }

    pub(super) fn apply(&mut self, action: Action, scenario: &Scenario, machines: &mut Machines) {
        match action {
            Action::TimePasses => self.ticks += 1,
            Action::Begin(number) => self.begin(number, scenario, machines),
            Action::Commit(number) => self.commit(number, scenario, machines),
            Action::Step(number) => self.step(number, scenario, machines),
            Action::LoseRequest(number) => {
                self.losses += 1;
                self.hand_over(number, &Input::Reply(Reply::Lost), machines);
            }
            Action::LoseReply(number) => {
                self.losses += 1;
                self.perform(number, scenario, machines);
                self.hand_over(number, &Input::Reply(Reply::Lost), machines);
            }
            Action::Crash(number) => {
                self.crashes += 1;
                self.requests[number].has_crashed = true;
            }
            Action::Offer(number, other) => {
                if let Stage::Machine(node) = self.requests[number].stage
                    && let Some(operation) = &machines.node(node).operation
                    && let Some(snapshot) = self.offer(machines, operation, other)
                {
                    self.hand_over(number, &Input::Offer(snapshot), machines);
                }
            }
        }
    }

    fn begin(&mut self, number: usize, scenario: &Scenario, machines: &mut Machines) {
        let now = self.now(scenario);
        let ended = (0..self.requests.len()).filter(|other| self.has_ended(machines, *other));
        self.requests[number].after = ended.map(|other| 1 << other).sum();
        self.requests[number].stage = if machines.program(number).revokes.is_some() {
            Stage::Revocation(Revocation::new(now))
        } else {
            let key = self.presented(machines, number).flatten();
            Stage::Machine(machines.begin(number, key, now))
        };
        self.go_on(number, scenario, machines);
    }

    /// Where the clock stands still, nobody can tell when a handler is done: at once.
    fn go_on(&mut self, number: usize, scenario: &Scenario, machines: &mut Machines) {
        if let Stage::Machine(node) = self.requests[number].stage
            && machines.node(node).now.is_none()
            && machines.node(node).operation.is_none()
            && !self.has_time(scenario)
        {
            self.commit(number, scenario, machines);
        }
    }

    fn has_time(&self, scenario: &Scenario) -> bool {
        self.ticks + 1 < scenario.moments()
    }

    fn has_ended(&self, machines: &Machines, number: usize) -> bool {
        match &self.requests[number].stage {
            Stage::Waiting => false,
            Stage::Machine(node) => machines.node(*node).outcome.is_some(),
            Stage::Revocation(revocation) => revocation.is_done(),
        }
    }

    fn commit(&mut self, number: usize, scenario: &Scenario, machines: &mut Machines) {
        let now = self.now(scenario);
        self.hand_over(number, &Input::Commit(now), machines);
    }

    fn step(&mut self, number: usize, scenario: &Scenario, machines: &mut Machines) {
        if let Stage::Revocation(revocation) = &mut self.requests[number].stage {
            let owner = machines.program(number).revokes.unwrap_or_default();
            revoke(revocation, &mut self.shelf, scenario.engine(), owner);
            return;
        }
        match self.perform(number, scenario, machines) {
            Some(Stepped::Done(reply)) => {
                self.hand_over(number, &Input::Reply(reply), machines);
                self.go_on(number, scenario, machines);
            }
            Some(Stepped::On(progress)) => self.requests[number].progress = progress,
            None => {}
        }
    }

    /// One step of the operation that a request waits for.
    fn perform(&mut self, number: usize, scenario: &Scenario, machines: &Machines) -> Option<Stepped> {
        let Request { stage, progress, .. } = &self.requests[number];
        let Stage::Machine(node) = stage else { return None };
        let node = machines.node(*node);
        let now = node.now.unwrap_or(node.began_at);
        let operation = node.operation.as_ref()?;
        Some(scenario.engine().step(&mut self.shelf, operation, *progress, now))
    }

    fn hand_over(&mut self, number: usize, input: &Input, machines: &mut Machines) {
        let request = &mut self.requests[number];
        request.progress = Progress::Start;
        if let Stage::Machine(node) = &mut request.stage {
            *node = machines.tell(*node, input);
        }
    }
}
