//! Who reads, who writes, and who begins a session.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use session_bench::Contender;

use crate::sessions::Sessions;

/// A prime: turns that are too short for all sessions begin elsewhere each.
const STRIDE: usize = 15_485_863;

pub(crate) struct Read<S>(Walk<S>);

pub(crate) struct Write<S>(Walk<S>);

/// Sessions that nobody has had before.
pub(crate) struct Create<S> {
    sessions: Arc<S>,
    next: AtomicUsize,
}

struct Walk<S> {
    sessions: Arc<S>,
    count: usize,
    start: AtomicUsize,
}

impl<S> Walk<S> {
    fn new(sessions: &Arc<S>, count: usize) -> Self {
        Self {
            sessions: Arc::clone(sessions),
            count,
            start: AtomicUsize::new(0),
        }
    }

    fn number(&self, item: usize) -> usize {
        (item + self.start.load(Ordering::Relaxed)) % self.count
    }

    fn go_on(&self) {
        self.start.fetch_add(STRIDE, Ordering::Relaxed);
    }
}

impl<S> Read<S> {
    pub(crate) fn new(sessions: &Arc<S>, count: usize) -> Self {
        Self(Walk::new(sessions, count))
    }
}

impl<S> Write<S> {
    pub(crate) fn new(sessions: &Arc<S>, count: usize) -> Self {
        Self(Walk::new(sessions, count))
    }
}

impl<S> Create<S> {
    pub(crate) fn new(sessions: &Arc<S>, count: usize) -> Self {
        Self {
            sessions: Arc::clone(sessions),
            next: AtomicUsize::new(count),
        }
    }
}

impl<S: Sessions> Contender for Read<S> {
    async fn operate(&self, item: usize) {
        self.0.sessions.read(self.0.number(item)).await;
    }

    async fn rest(&self) {
        self.0.go_on();
    }
}

impl<S: Sessions> Contender for Write<S> {
    async fn operate(&self, item: usize) {
        self.0.sessions.write(self.0.number(item)).await;
    }

    async fn rest(&self) {
        self.0.go_on();
    }
}

impl<S: Sessions> Contender for Create<S> {
    async fn operate(&self, _item: usize) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.sessions.create(number).await;
    }
}
