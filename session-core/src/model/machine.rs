//! The real machine of one request, brought to where a list of inputs leads.
//!
//! A commit can't be copied or compared, so a request's state is what it was told so far. Each state is worked out once,
//! by running the machine from its start, and is then known by its number.

use std::cell::Cell;
use std::collections::HashMap;

use super::fault::Fault;
use super::kept::fingerprint;
use super::outcome::Outcome;
use super::program::Program;
use crate::clock::Moment;
use crate::commit::{Commit, Known, Rules, Source};
use crate::error::Error;
use crate::id::{SessionId, StoreKey};
use crate::operation::{Operation, Reply};
use crate::payload::Snapshot;
use crate::record::{Record, Revision};

/// What a request is told.
#[derive(Clone, Debug)]
pub(super) enum Input {
    /// The handler is done; it is this late.
    Commit(Moment),
    Reply(Reply),
    /// The record that another request of this process has just written.
    Offer(Snapshot),
}

/// A request that has begun.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) request: usize,
    pub(super) key: Option<StoreKey>,
    pub(super) began_at: Moment,
    pub(super) now: Option<Moment>,
    inputs: Vec<Input>,
    /// The operations that were performed, each with its reply.
    pub(super) history: Vec<(Operation, Reply)>,
    pub(super) operation: Option<Operation>,
    pub(super) outcome: Option<Outcome>,
}

impl Node {
    /// A reply to the operation that it waits for was lost.
    pub(super) fn is_uncertain(&self) -> bool {
        matches!(self.inputs.last(), Some(Input::Reply(Reply::Lost)))
    }

    /// The records that the store has shown it, each with the operation that met it.
    pub(super) fn shown(&self) -> impl DoubleEndedIterator<Item = (&Operation, &Record)> {
        self.history.iter().filter_map(|(operation, reply)| {
            if let Reply::Current(record) = reply {
                Some((operation, record))
            } else {
                None
            }
        })
    }

    /// The record that it was handed by another request.
    pub(super) fn offered(&self) -> Option<&Record> {
        self.inputs.iter().find_map(|input| match input {
            Input::Offer(snapshot) => Some(snapshot.record()),
            Input::Commit(_) | Input::Reply(_) => None,
        })
    }
}

/// Ids and revisions that say who drew them.
#[derive(Debug)]
struct Numbers {
    request: usize,
    drawn: Cell<u64>,
}

impl Numbers {
    fn draw(&self) -> u64 {
        self.drawn.set(self.drawn.get() + 1);
        0x100 * (self.request as u64 + 1) + self.drawn.get()
    }
}

impl Source for Numbers {
    fn new_id(&self) -> Result<SessionId, Error> {
        Ok(SessionId::numbered(self.draw()))
    }

    fn new_revision(&self) -> Revision {
        Revision::from_u64(self.draw())
    }
}

/// All states of requests that a scenario has met.
#[derive(Debug)]
pub(super) struct Machines {
    rules: Rules,
    programs: Vec<Program>,
    fault: Option<Fault>,
    nodes: Vec<Node>,
    numbers: HashMap<(usize, u64), usize>,
}

impl Machines {
    pub(super) fn new(rules: Rules, programs: Vec<Program>, fault: Option<Fault>) -> Self {
        Self {
            rules,
            programs,
            fault,
            nodes: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    pub(super) fn program(&self, request: usize) -> &Program {
        &self.programs[request]
    }

    pub(super) fn node(&self, number: usize) -> &Node {
        &self.nodes[number]
    }

    /// The state of a request that begins.
    pub(super) fn begin(&mut self, request: usize, key: Option<StoreKey>, began_at: Moment) -> usize {
        let fingerprint = fingerprint(&(key, began_at));
        // No state has the number that stands for "before the beginning".
        self.remember((usize::MAX - request, fingerprint), |machines| Node {
            request,
            key,
            began_at,
            now: None,
            inputs: Vec::new(),
            history: Vec::new(),
            operation: key
                .filter(|_| machines.programs[request].looks)
                .map(|key| Operation::Load { key }),
            outcome: None,
        })
    }

    /// The state after one more input.
    pub(super) fn tell(&mut self, number: usize, input: &Input) -> usize {
        self.remember((number, super::kept::input(input)), |machines| {
            let mut node = machines.nodes[number].clone();
            if let (Some(operation), Input::Reply(reply)) = (node.operation.take(), input) {
                node.history.push((operation, reply.clone()));
            }
            node.inputs.push(input.clone());
            machines.run(&mut node);
            node
        })
    }

    fn remember(&mut self, place: (usize, u64), make: impl Fn(&Self) -> Node) -> usize {
        if let Some(known) = self.numbers.get(&place) {
            return *known;
        }
        let node = make(self);
        self.nodes.push(node);
        self.numbers.insert(place, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// Runs the machine from its start.
    fn run(&self, node: &mut Node) {
        let mut known = Known::Unread;
        let source = Numbers {
            request: node.request,
            drawn: Cell::new(0),
        };
        let mut commit = None;
        let mut result = Ok(());
        for input in node.inputs.clone() {
            result = match (&mut commit, Fault::shown_to_the_machine(self.fault, node, &input)) {
                (None, Some(Input::Commit(now))) => {
                    node.now = Some(now);
                    let intent = self.programs[node.request].intent(node.request);
                    let session = (node.key, std::mem::take(&mut known));
                    let begun = Commit::new(self.rules, &source, session, intent, (node.began_at, now));
                    commit.insert(begun).start()
                }
                (None, Some(Input::Reply(reply))) => {
                    known = looked(reply, node.began_at, self.fault);
                    Ok(())
                }
                (Some(commit), Some(Input::Reply(reply))) => commit.answer(reply),
                (Some(commit), Some(Input::Offer(snapshot))) => commit.offer(snapshot),
                (_, _) => Ok(()),
            };
            if result.is_err() {
                break;
            }
        }
        node.operation = commit.as_ref().and_then(|commit| commit.operation().cloned());
        if result.is_err() || (commit.is_some() && node.operation.is_none()) {
            node.operation = None;
            node.outcome = Some(Outcome::of(commit, result, self.fault));
        }
    }
}

/// What the first read makes of the store's reply.
fn looked(reply: Reply, now: Moment, fault: Option<Fault>) -> Known {
    match reply {
        Reply::Current(record) => {
            let snapshot = Snapshot::read(record).unwrap();
            if snapshot.has_ended(now) {
                Known::Absent
            } else {
                Known::Found(snapshot)
            }
        }
        Reply::Moved(_) if fault == Some(Fault::MovedIsTakenForAbsent) => Known::Absent,
        Reply::Moved(_) => Known::Dead,
        Reply::Done | Reply::DoneAs(_) | Reply::Absent | Reply::Taken | Reply::CutOff | Reply::Stale | Reply::Lost => {
            Known::Absent
        }
    }
}
