//! The ways to a server, and the line before them.

use std::collections::{HashSet, VecDeque};
use std::num::NonZero;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use session_core::{StoreError, StoreKey};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::batch::{Hearing, Request, Waiting, Work};
use crate::place::Place;
use crate::trouble::Trouble;

/// How many callers travel together at most.
pub const MOST_TOGETHER: usize = 128;

/// How many bytes travel together at most, unless one caller alone has more, or a store has a limit of its own.
pub const MOST_BYTES: usize = 1024 * 1024;

/// How many callers of a kind are in line at most with what they ask for.
pub const MOST_WAITING: usize = 1024;

/// How long those in line wait for a lane. Then they take one of those that are for slow times.
///
/// Longer than a statement takes on a server that is well, so that these lanes stay free: what waits is to be carried together.
pub const SLOW: Duration = Duration::from_millis(20);

const FEWEST_LANES: usize = 2;
const MOST_LANES: usize = 4;

/// How many lanes a store with so many connections has for a kind of work, and how many while those are slow.
///
/// As many as this machine has processors, but 2 at the least and 4 at the most: a lane that comes free takes all who wait, so more of them
/// only make batches smaller. While they are slow there may be as many as half of the connections: the others are for the other kinds.
#[must_use]
pub fn lanes_of(connections: usize) -> RangeInclusive<usize> {
    let processors = available_parallelism().map_or(FEWEST_LANES, NonZero::get);
    let lanes = connections.min(processors.clamp(FEWEST_LANES, MOST_LANES));
    lanes..=lanes.max(connections / 2)
}

/// Lanes for one kind of work. Clones share them.
pub(crate) struct Lanes<W: Work>(Arc<Shared<W>>);

pub(crate) struct Shared<W: Work> {
    work: W,
    line: Mutex<Line<W>>,
    places: Semaphore,
    /// Whether there are lanes for slow times.
    has_spare: bool,
    /// For all that a caller waits for.
    limit: Duration,
}

/// Whoever is in line can't go: all lanes are taken, or its session is under way.
struct Line<W: Work> {
    free: usize,
    /// Lanes for slow times that are free.
    spare: usize,
    waiting: VecDeque<Waiting<W>>,
    under_way: HashSet<StoreKey>,
    next_number: u64,
}

/// A lane that is taken. Dropped, it takes whoever waits.
pub(crate) struct Lane<W: Work> {
    shared: Arc<Shared<W>>,
    is_spare: bool,
    /// The sessions that are written to on it.
    writes_to: Vec<StoreKey>,
}

impl<W: Work> Clone for Lanes<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W: Work> Lanes<W> {
    pub(crate) fn new(work: W, lanes: RangeInclusive<usize>, limit: Duration) -> Self {
        let always = (*lanes.start()).max(1);
        let spare = lanes.end().saturating_sub(always);
        Self(Arc::new(Shared {
            work,
            line: Mutex::new(Line {
                free: always,
                spare,
                waiting: VecDeque::new(),
                under_way: HashSet::new(),
                next_number: 0,
            }),
            places: Semaphore::new(MOST_WAITING),
            has_spare: spare > 0,
            limit,
        }))
    }

    pub(crate) fn work(&self) -> &W {
        &self.0.work
    }

    /// A lane, if one is free and nothing is under way to that session.
    pub(crate) fn enter(&self, writes_to: Option<StoreKey>) -> Option<Lane<W>> {
        let mut line = self.0.line();
        if line.free == 0 {
            return None;
        }
        if let Some(key) = writes_to
            && !line.under_way.insert(key)
        {
            return None;
        }
        line.free -= 1;
        drop(line);
        Some(Lane {
            shared: Arc::clone(&self.0),
            is_spare: false,
            writes_to: writes_to.into_iter().collect(),
        })
    }

    /// Stands in line, and answers what the request was answered.
    pub(crate) async fn wait(&self, request: W::Request) -> Result<W::Answer, StoreError> {
        let limit = self.0.limit;
        let deadline = Instant::now() + limit;
        let none_free = || StoreError::Unavailable(Trouble::NoneFree(limit).into());
        let room = timeout_at(deadline, self.0.places.acquire()).await;
        // Nobody closes the semaphore.
        let _room = room.map_err(|_| none_free())?.map_err(|_| none_free())?;
        let (number, mut hearing) = self.0.line_up(request);
        let mut place = Place::new(&self.0, number);
        let mut patience = if self.0.has_spare {
            Instant::now() + SLOW
        } else {
            deadline
        };
        let heard = loop {
            match timeout_at(patience.min(deadline), &mut hearing).await {
                Ok(heard) => break heard.ok(),
                Err(_) if patience < deadline => {
                    self.0.hurry(number);
                    patience += SLOW;
                }
                Err(_) if place.give_up() => return Err(none_free()),
                Err(_) => match hearing.try_recv() {
                    Ok(heard) => break Some(heard),
                    Err(_) => return Err(W::Request::lost(Trouble::NoAnswer(limit).into())),
                },
            }
        };
        place.forget();
        heard.unwrap_or_else(|| Err(W::Request::lost(Trouble::Abandoned.into())))
    }
}

impl<W: Work> Shared<W> {
    /// Puts a request in line. If it need not wait, it goes.
    fn line_up(self: &Arc<Self>, request: W::Request) -> (u64, Hearing<W>) {
        let mut line = self.line();
        let number = line.next_number;
        line.next_number += 1;
        let (waiting, hearing) = Waiting::new(number, request);
        line.waiting.push_back(waiting);
        if line.free > 0 {
            self.go_on(line);
        }
        (number, hearing)
    }

    /// Takes a free lane for those who come next, if there are any that can go.
    fn go_on(self: &Arc<Self>, mut line: MutexGuard<'_, Line<W>>) {
        let batch = line.next_batch(&self.work);
        if !batch.is_empty() {
            line.free -= 1;
            drop(line);
            self.go(batch, false);
        }
    }

    /// If this request is still in line, takes a lane for slow times for those who come next.
    fn hurry(self: &Arc<Self>, number: u64) {
        let mut line = self.line();
        if line.spare == 0 || line.place_of(number).is_none() {
            return;
        }
        let batch = line.next_batch(&self.work);
        if !batch.is_empty() {
            line.spare -= 1;
            drop(line);
            self.go(batch, true);
        }
    }

    /// Takes a request out of the line, and answers whether it was there.
    pub(crate) fn withdraw(&self, number: u64) -> bool {
        let mut line = self.line();
        let withdrawn = line.place_of(number).and_then(|place| line.waiting.remove(place));
        drop(line);
        withdrawn.is_some()
    }

    /// Has a batch carried out on a lane that is taken for it, by nobody who could leave.
    fn go(self: &Arc<Self>, batch: Vec<Waiting<W>>, is_spare: bool) {
        let lane = Lane {
            shared: Arc::clone(self),
            is_spare,
            writes_to: batch.iter().filter_map(|waiting| waiting.request.writes_to()).collect(),
        };
        // Without a runtime, which is when a lane is dropped after its end, nobody waits.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { lane.shared.work.carry_out(batch).await });
        }
    }

    fn line(&self) -> MutexGuard<'_, Line<W>> {
        // Nothing that can panic runs under the lock.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Work> Drop for Lane<W> {
    fn drop(&mut self) {
        let mut line = self.shared.line();
        for key in self.writes_to.drain(..) {
            line.under_way.remove(&key);
        }
        // One for slow times is for one batch. Else many would go on with little on each.
        if self.is_spare {
            line.spare += 1;
        } else {
            line.free += 1;
        }
        if line.free > 0 {
            self.shared.go_on(line);
        }
    }
}

impl<W: Work> Line<W> {
    fn place_of(&self, number: u64) -> Option<usize> {
        let place = self.waiting.binary_search_by_key(&number, |waiting| waiting.number);
        place.ok()
    }

    /// Takes those who come next and can go.
    fn next_batch(&mut self, work: &W) -> Vec<Waiting<W>> {
        let mut batch = Vec::with_capacity(self.waiting.len().min(MOST_TOGETHER));
        let (mut bytes, most_bytes) = (0, work.most_bytes());
        let mut held = VecDeque::new();
        while batch.len() < MOST_TOGETHER {
            let Some(waiting) = self.waiting.pop_front() else { break };
            let more = work.bytes(&waiting.request);
            if !batch.is_empty() && bytes + more > most_bytes {
                held.push_back(waiting);
                break;
            }
            let goes = waiting.request.writes_to().is_none_or(|key| self.under_way.insert(key));
            if goes {
                bytes += more;
                batch.push(waiting);
            } else {
                held.push_back(waiting);
            }
        }
        // Those who have to wait on are the next ones again.
        if !held.is_empty() {
            held.append(&mut self.waiting);
            self.waiting = held;
        }
        batch
    }
}
