//! One at a time: whoever loads, updates or commits a session.

use std::future::poll_fn;
use std::sync::MutexGuard;
use std::task::{Context, Poll, Waker, ready};

use super::state::{Inner, State};
use crate::backend::Caller;
use crate::id::StoreKey;

/// Whether somebody is inside, and who waits. A part of what the session's lock guards, which is taken at both ends anyway.
#[derive(Debug, Default)]
pub(super) struct Gate {
    is_held: bool,
    /// By a commit, which has what was recorded.
    is_committing: bool,
    waiting: Vec<Waker>,
}

/// Somebody is inside until this is dropped, also by a request that is cancelled.
#[must_use]
pub(super) struct Inside<'a>(&'a Inner);

/// What is to be seen of a session.
pub(super) enum Sight<'a> {
    Known(MutexGuard<'a, State>),
    Unread(Unread<'a>),
}

/// A session to be loaded by who is inside.
pub(super) struct Unread<'a> {
    pub(super) inside: Inside<'a>,
    pub(super) key: StoreKey,
    pub(super) caller: Caller,
}

impl Gate {
    pub(super) fn is_held(&self) -> bool {
        self.is_held
    }

    /// For who is inside.
    pub(super) fn begin_commit(&mut self) {
        self.is_committing = true;
    }

    fn wait(&mut self, context: &Context<'_>) {
        if !self.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
            self.waiting.push(context.waker().clone());
        }
    }
}

impl Inner {
    /// Waits until nobody else is inside. What the client presented is verified then.
    pub(super) async fn enter(&self) -> Inside<'_> {
        poll_fn(|context| {
            let mut state = self.lock();
            self.verify(&mut state);
            self.poll_enter(&mut state, context)
        })
        .await
    }

    /// What is known, once there is no commit under way; or the session is to be loaded first.
    pub(super) fn poll_sight(
        &self,
        needs_what_is_stored: impl Fn(&State) -> bool,
        context: &Context<'_>,
    ) -> Poll<Sight<'_>> {
        let mut state = self.lock();
        if state.gate.is_committing {
            state.gate.wait(context);
            return Poll::Pending;
        }
        if needs_what_is_stored(&state)
            && let Some(key) = self.unread_key(&mut state)
        {
            let inside = ready!(self.poll_enter(&mut state, context));
            let caller = self.caller(&state);
            return Poll::Ready(Sight::Unread(Unread { inside, key, caller }));
        }
        Poll::Ready(Sight::Known(state))
    }

    fn poll_enter(&self, state: &mut State, context: &Context<'_>) -> Poll<Inside<'_>> {
        if state.gate.is_held {
            state.gate.wait(context);
            return Poll::Pending;
        }
        state.gate.is_held = true;
        Poll::Ready(Inside(self))
    }
}

impl Inside<'_> {
    /// Lets the next one in, by who has the lock already.
    pub(super) fn leave(self, state: MutexGuard<'_, State>) {
        std::mem::forget(self);
        open(state);
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        open(self.0.lock());
    }
}

fn open(mut state: MutexGuard<'_, State>) {
    let gate = std::mem::take(&mut state.gate);
    drop(state);
    // All of them, for any may have given up. What wakes them is not ours, so it runs without the lock.
    gate.waiting.into_iter().for_each(Waker::wake);
}
