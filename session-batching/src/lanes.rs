//! The ways to a server, and the line before them.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

/// How many bytes travel together at most, unless one caller alone has more.
pub const MOST_BYTES: usize = 1024 * 1024;

/// How many callers of a kind are in line at most with what they ask for.
pub const MOST_WAITING: usize = 1024;

/// Lanes for one kind of work. Clones share them.
pub(crate) struct Lanes<W: Work>(Arc<Shared<W>>);

pub(crate) struct Shared<W: Work> {
    work: W,
    line: Mutex<Line<W>>,
    places: Semaphore,
    /// For all that a caller waits for.
    limit: Duration,
}

/// Whoever is in line can't go: all lanes are taken, or its session is under way.
struct Line<W: Work> {
    free: usize,
    waiting: VecDeque<Waiting<W>>,
    under_way: HashSet<StoreKey>,
    next_number: u64,
}

/// A lane that is taken. Dropped, it takes whoever waits.
pub(crate) struct Lane<W: Work> {
    shared: Arc<Shared<W>>,
    /// The sessions that are written to on it.
    writes_to: Vec<StoreKey>,
}

impl<W: Work> Clone for Lanes<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W: Work> Lanes<W> {
    pub(crate) fn new(work: W, lanes: usize, limit: Duration) -> Self {
        Self(Arc::new(Shared {
            work,
            line: Mutex::new(Line {
                free: lanes.max(1),
                waiting: VecDeque::new(),
                under_way: HashSet::new(),
                next_number: 0,
            }),
            places: Semaphore::new(MOST_WAITING),
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
        let heard = match timeout_at(deadline, &mut hearing).await {
            Ok(heard) => heard.ok(),
            Err(_) if place.give_up() => return Err(none_free()),
            Err(_) => match hearing.try_recv() {
                Ok(heard) => Some(heard),
                Err(_) => return Err(W::Request::lost(Trouble::NoAnswer(limit).into())),
            },
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
        let batch = if line.free > 0 { line.next_batch() } else { Vec::new() };
        if !batch.is_empty() {
            line.free -= 1;
            drop(line);
            self.go(batch);
        }
        (number, hearing)
    }

    /// Takes a request out of the line, and answers whether it was there.
    pub(crate) fn withdraw(&self, number: u64) -> bool {
        let mut line = self.line();
        let found = line.waiting.binary_search_by_key(&number, |waiting| waiting.number);
        let withdrawn = found.ok().and_then(|index| line.waiting.remove(index));
        drop(line);
        withdrawn.is_some()
    }

    /// Has a batch carried out on a lane that is taken for it, by nobody who could leave.
    fn go(self: &Arc<Self>, batch: Vec<Waiting<W>>) {
        let lane = Lane {
            shared: Arc::clone(self),
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
        let batch = line.next_batch();
        if batch.is_empty() {
            line.free += 1;
            return;
        }
        drop(line);
        self.shared.go(batch);
    }
}

impl<W: Work> Line<W> {
    /// Takes those who come next and can go.
    fn next_batch(&mut self) -> Vec<Waiting<W>> {
        let mut batch = Vec::with_capacity(self.waiting.len().min(MOST_TOGETHER));
        let mut bytes = 0;
        let mut held = VecDeque::new();
        while batch.len() < MOST_TOGETHER {
            let Some(waiting) = self.waiting.pop_front() else { break };
            let more = waiting.request.bytes();
            if !batch.is_empty() && bytes + more > MOST_BYTES {
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
