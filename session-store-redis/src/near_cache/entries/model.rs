//! Every order in which readers, writers, the server and its connections can take their steps, up to a bound.
//!
//! One key; the server counts its revisions. What would be served is judged after each step.

use std::collections::{HashSet, VecDeque};
use std::hash::Hash;

use session_core::Revision;

use super::*;
use crate::connection::Generation;

const LINES: usize = 2;

/// How often each thing may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Budget {
    loads: [u8; 3],
    own_writes: u8,
    foreign_writes: u8,
    outages: u8,
    cancels: u8,
    evictions: u8,
}

const NOTHING: Budget = Budget {
    loads: [0; 3],
    own_writes: 0,
    foreign_writes: 0,
    outages: 0,
    cancels: 0,
    evictions: 0,
};

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A reader looks, and places its placeholder if it has to ask.
    Look(usize),
    /// The server carries out a reader's question.
    Execute(usize),
    /// A reader's task goes on with the reply.
    File(usize),
    CancelReader(usize),
    /// The server carries out this node's own write.
    Write,
    /// The writer's task goes on with the answer.
    Forget,
    CancelWriter,
    /// The server carries out another node's write.
    ForeignWrite,
    /// The next message of a line is processed.
    Receive(usize),
    /// A line is cut, and what was under way is lost.
    Cut(usize),
    /// A line is closed behind what was under way.
    Close(usize),
    /// Another session needs the room.
    Evict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Message {
    Reply { reader: usize, revision: u64 },
    Answer { revision: u64 },
    Invalidation { revision: u64 },
    Closed,
}

enum Reader<'a> {
    Idle,
    Placed(Option<Placeholder<'a>>),
    Asked(Option<Placeholder<'a>>, usize),
    Replied(Option<Placeholder<'a>>, u64, Arc<Line>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Writer {
    Idle,
    Sent,
    Executed,
    Answered(u64),
}

struct World<'a> {
    entries: &'a Entries,
    budget: Budget,
    /// What the server has.
    revision: u64,
    /// Whether the server would tell a line of a change.
    tracks: [bool; LINES],
    queues: [VecDeque<Message>; LINES],
    lines: [Arc<Line>; LINES],
    is_closing: [bool; LINES],
    readers: [Reader<'a>; 3],
    writer: Writer,
    /// What must not be served: anything older.
    known: u64,
}

impl<'a> World<'a> {
    fn new(entries: &'a Entries, budget: Budget) -> Self {
        Self {
            entries,
            budget,
            revision: 1,
            tracks: [false; LINES],
            queues: [const { VecDeque::new() }; LINES],
            lines: [(); LINES].map(|()| new_line()),
            is_closing: [false; LINES],
            readers: [const { Reader::Idle }; 3],
            writer: if budget.own_writes > 0 {
                Writer::Sent
            } else {
                Writer::Idle
            },
            known: 0,
        }
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (number, reader) in self.readers.iter().enumerate() {
            match reader {
                Reader::Idle if self.budget.loads[number] > 0 => steps.push(Step::Look(number)),
                Reader::Placed(_) if !self.is_closing[line_of(number)] => steps.push(Step::Execute(number)),
                Reader::Replied(..) => steps.push(Step::File(number)),
                Reader::Idle | Reader::Placed(_) | Reader::Asked(..) => {}
            }
            if self.budget.cancels > 0 && !matches!(reader, Reader::Idle) {
                steps.push(Step::CancelReader(number));
            }
        }
        match self.writer {
            Writer::Sent if !self.is_closing[0] => steps.push(Step::Write),
            Writer::Answered(_) => steps.push(Step::Forget),
            Writer::Sent | Writer::Idle | Writer::Executed => {}
        }
        if self.budget.cancels > 0 && self.writer != Writer::Idle {
            steps.push(Step::CancelWriter);
        }
        if self.budget.foreign_writes > 0 {
            steps.push(Step::ForeignWrite);
        }
        for line in 0..LINES {
            if !self.queues[line].is_empty() {
                steps.push(Step::Receive(line));
            }
            if self.budget.outages > 0 && !self.is_closing[line] {
                steps.extend([Step::Cut(line), Step::Close(line)]);
            }
        }
        if self.budget.evictions > 0 {
            steps.push(Step::Evict);
        }
        steps
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Look(number) => {
                self.budget.loads[number] -= 1;
                if self.entries.get(&key(), now()).is_none() {
                    self.readers[number] = Reader::Placed(self.entries.placeholder(&key()));
                }
            }
            Step::Execute(reader) => {
                let line = line_of(reader);
                let Reader::Placed(placeholder) = std::mem::replace(&mut self.readers[reader], Reader::Idle) else {
                    unreachable!()
                };
                self.readers[reader] = Reader::Asked(placeholder, line);
                self.tracks[line] = true;
                let revision = self.revision;
                self.queues[line].push_back(Message::Reply { reader, revision });
            }
            Step::File(reader) => {
                let replied = std::mem::replace(&mut self.readers[reader], Reader::Idle);
                if let Reader::Replied(Some(placeholder), revision, line) = replied {
                    placeholder.file(&record(revision), &line);
                }
            }
            Step::CancelReader(reader) => {
                self.budget.cancels -= 1;
                self.readers[reader] = Reader::Idle;
            }
            Step::Write => {
                let revision = self.revision + 1;
                self.queues[0].push_back(Message::Answer { revision });
                self.change();
                self.writer = Writer::Executed;
            }
            Step::Forget => {
                if let Writer::Answered(revision) = self.writer {
                    self.known = self.known.max(revision);
                }
                self.finish_write();
            }
            Step::CancelWriter => {
                self.budget.cancels -= 1;
                let was_sent = self.writer == Writer::Sent;
                self.finish_write();
                // It is carried out all the same, and nobody waits for the answer.
                self.budget.foreign_writes += u8::from(was_sent);
            }
            Step::ForeignWrite => {
                self.budget.foreign_writes -= 1;
                self.change();
            }
            Step::Receive(line) => self.receive(line),
            Step::Cut(line) => {
                self.queues[line].clear();
                self.close(line);
            }
            Step::Close(line) => self.close(line),
            Step::Evict => {
                self.budget.evictions -= 1;
                drop(self.entries.placeholder(&StoreKey::from_bytes([2; 32])));
            }
        }
    }

    fn change(&mut self) {
        self.revision += 1;
        let revision = self.revision;
        for line in 0..LINES {
            if std::mem::take(&mut self.tracks[line]) {
                self.queues[line].push_back(Message::Invalidation { revision });
            }
        }
    }

    /// The end of a write, however it ends.
    fn finish_write(&mut self) {
        self.entries.forget(&key());
        self.budget.own_writes -= 1;
        self.writer = if self.budget.own_writes > 0 {
            Writer::Sent
        } else {
            Writer::Idle
        };
    }

    fn close(&mut self, line: usize) {
        self.budget.outages -= 1;
        self.tracks[line] = false;
        self.is_closing[line] = true;
        self.queues[line].push_back(Message::Closed);
    }

    fn receive(&mut self, line: usize) {
        match self.queues[line].pop_front().unwrap() {
            Message::Reply { reader, revision } => {
                if let Reader::Asked(_, asked) = &self.readers[reader]
                    && *asked == line
                {
                    let Reader::Asked(placeholder, _) = std::mem::replace(&mut self.readers[reader], Reader::Idle)
                    else {
                        unreachable!()
                    };
                    self.readers[reader] = Reader::Replied(placeholder, revision, Arc::clone(&self.lines[line]));
                }
            }
            Message::Answer { revision } => {
                if self.writer == Writer::Executed {
                    self.writer = Writer::Answered(revision);
                }
            }
            Message::Invalidation { revision } => {
                self.entries.invalidate(&[Value::Array(vec![place(self.entries)])]);
                self.known = self.known.max(revision);
            }
            Message::Closed => {
                self.lines[line].broke();
                self.lines[line] = new_line();
                self.is_closing[line] = false;
                for reader in &mut self.readers {
                    if matches!(reader, Reader::Asked(_, asked) if *asked == line) {
                        *reader = Reader::Idle;
                    }
                }
                if line == 0 && self.writer == Writer::Executed {
                    self.finish_write();
                }
            }
        }
    }

    /// Whether what a load would be served now is right, and what it is.
    fn judge(&self) -> Result<Option<u64>, String> {
        let Some(record) = self.entries.get(&key(), now()) else {
            return Ok(None);
        };
        let served = record.revision.as_u64();
        if served < self.known {
            return Err(format!("{served} is served, though {} is known", self.known));
        }
        let is_quiet = self.queues.iter().all(VecDeque::is_empty);
        if is_quiet && served != self.revision {
            return Err(format!("{served} stays, though the server has {}", self.revision));
        }
        Ok(Some(served))
    }

    fn fingerprint(&self) -> impl Hash + Eq + use<> {
        let shard = self.entries.shard(&key());
        let ticket_of = |placeholder: &Option<Placeholder<'_>>| placeholder.as_ref().map(|it| it.ticket);
        let owner_of = |ticket: u64| {
            self.readers.iter().position(|reader| match reader {
                Reader::Idle => false,
                Reader::Placed(placeholder) | Reader::Asked(placeholder, _) | Reader::Replied(placeholder, ..) => {
                    ticket_of(placeholder) == Some(ticket)
                }
            })
        };
        let entry = match shard.entries.peek(&key()) {
            None => (0, 0, 0),
            Some(Entry::Placeholder { ticket }) => (1, owner_of(*ticket).map_or(9, |owner| owner as u64), 0),
            Some(Entry::Held { record, line }) => (2, record.revision.as_u64(), self.number_of(line)),
        };
        let readers = [0, 1, 2].map(|number| match &self.readers[number] {
            Reader::Idle => (0, false, 0, 0),
            Reader::Placed(placeholder) => (1, placeholder.is_some(), 0, 0),
            Reader::Asked(placeholder, _) => (2, placeholder.is_some(), 0, 0),
            Reader::Replied(placeholder, revision, line) => (3, placeholder.is_some(), *revision, self.number_of(line)),
        });
        let server = (self.revision, self.tracks, self.is_closing, self.queues.clone());
        (entry, readers, server, self.budget, self.writer, self.known)
    }

    fn number_of(&self, line: &Arc<Line>) -> usize {
        let number = self.lines.iter().position(|each| Arc::ptr_eq(each, line));
        number.unwrap_or(LINES)
    }
}

/// The first two readers share a line with the writer.
fn line_of(reader: usize) -> usize {
    reader / 2
}

fn new_line() -> Arc<Line> {
    Arc::new(Line::new(Generation::of(&Arc::default())))
}

fn key() -> StoreKey {
    StoreKey::from_bytes([1; 32])
}

fn place(entries: &Entries) -> Value {
    Value::BulkString(entries.keys.session(&key()))
}

fn now() -> Moment {
    Moment::from_millis(1)
}

fn record(revision: u64) -> Record {
    Record {
        revision: Revision::from_u64(revision),
        created_at: now(),
        last_seen_at: now(),
        expires_at: Moment::from_millis(2),
        owner: None,
        payload: [].into(),
    }
}

/// How many states there are, and in how many of them something is served.
fn explore(budget: Budget) -> (usize, usize) {
    let keys = Keys::new("session:".to_owned()).unwrap();
    let settings = NearCacheSettings::new().max_entries(1);
    let (mut seen, mut served) = (HashSet::new(), 0);
    let mut paths: Vec<Vec<Step>> = vec![Vec::new()];
    while let Some(path) = paths.pop() {
        let entries = Entries::new(&settings, keys.clone());
        let mut world = World::new(&entries, budget);
        for step in &path {
            world.take(*step);
        }
        let is_new = seen.insert(world.fingerprint());
        match world.judge() {
            Ok(answer) => served += usize::from(is_new && answer.is_some()),
            Err(fault) => panic!("{fault} after {path:?}"),
        }
        if is_new {
            paths.extend(world.steps().into_iter().map(|step| [&path[..], &[step]].concat()));
        }
    }
    (seen.len(), served)
}

#[test]
fn no_order_of_steps_serves_what_is_known_to_have_changed() {
    for budget in [
        Budget {
            loads: [2, 1, 1],
            foreign_writes: 1,
            ..NOTHING
        },
        Budget {
            loads: [1, 0, 2],
            own_writes: 1,
            foreign_writes: 1,
            ..NOTHING
        },
        Budget {
            loads: [1, 0, 1],
            own_writes: 1,
            foreign_writes: 1,
            cancels: 1,
            ..NOTHING
        },
        Budget {
            loads: [2, 0, 1],
            foreign_writes: 1,
            outages: 1,
            ..NOTHING
        },
        Budget {
            loads: [1, 0, 1],
            own_writes: 1,
            foreign_writes: 1,
            outages: 1,
            ..NOTHING
        },
        Budget {
            loads: [1, 1, 0],
            foreign_writes: 2,
            evictions: 1,
            cancels: 1,
            ..NOTHING
        },
    ] {
        let (states, served) = explore(budget);
        assert!(
            states > 1000 && served > 100,
            "{states} states, {served} of them serve something"
        );
    }
}
