//! Following a session that has moved, and what may follow it.

use super::next::Move;
use super::{Commit, Known, Source, Step};
use crate::error::Error;
use crate::id::StoreKey;
use crate::operation::Operation;
use crate::payload::Snapshot;

impl<S: Source> Commit<'_, S> {
    pub(super) fn follow(&mut self, successor: StoreKey) -> Result<(), Error> {
        self.hop()?;
        if let (None, Some(key), Known::Found(snapshot)) = (&self.origin, self.key, &self.known) {
            self.origin = Some(Box::new((key, snapshot.clone())));
        }
        self.take_up(Step {
            operation: Operation::Load { key: successor },
            draft: None,
            id: None,
        });
        Ok(())
    }

    /// The session that a forwarded request was looking for.
    pub(super) fn arrived(&mut self, key: StoreKey, successor: Snapshot) -> Result<(), Error> {
        if let Some((ours, expected)) = self.doubt.take() {
            if successor.follows(ours) {
                self.written(Some(successor));
                return Ok(());
            }
            if !successor.follows(expected) {
                return Err(Error::OutcomeUnknown(None));
            }
        }
        let Some((_, origin)) = self.origin.as_deref() else {
            return self.gone();
        };
        if !successor.accepts_changes_of(origin, self.now) {
            return self.gone();
        }
        if successor.head().signed_in_at != origin.head().signed_in_at {
            // Whoever planted the id before the sign-in could otherwise write into the signed-in session.
            let (updates, dropped) = std::mem::take(&mut self.intent.log).only_updates();
            self.intent.log = updates;
            self.dropped += dropped + usize::from(self.intent.expiry.take().is_some());
        }
        self.intent.regenerates = false;
        self.key = Some(key);
        self.know(Known::Found(successor))
    }

    /// A forwarded request goes on seeing its own session, with its own changes. Where these do not fit there, it sees them
    /// no more; they are stored in the successor all the same.
    pub(super) fn refresh_origin(&mut self) {
        let Some((key, origin)) = self.origin.take().map(|origin| *origin) else {
            return;
        };
        let revision = origin.record().revision;
        let seen = self.draft(Some(&origin), None, revision, Move::Stay);
        self.origin = Some(Box::new((key, seen.unwrap_or(origin))));
    }
}
