//! What a request knows of its session, and what it has recorded.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::gate::Gate;
use crate::backend::Caller;
use crate::changes::{Lookup, SeenOn, Step};
use crate::clock::Moment;
use crate::commit::{Intent, Known};
use crate::cookie_header::PresentedValues;
use crate::error::Error;
use crate::event::TARGET;
#[cfg(feature = "express")]
use crate::express::Inheritance;
use crate::id::{PresentedId, SessionId, StoreKey};
use crate::manager::Shared;
use crate::payload::Snapshot;
use crate::signing::KeyAge;

/// What all clones of a session share.
pub(crate) struct Inner {
    pub(crate) shared: Arc<Shared>,
    /// What the client presented under our name.
    pub(super) presented: PresentedValues,
    pub(crate) is_secure: bool,
    pub(crate) began_at: Moment,
    pub(super) state: Mutex<State>,
}

/// What a request knows and has recorded. Nothing of the application runs while it is locked, and nothing is awaited.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(super) gate: Gate,
    presented: Presented,
    /// Where the session is stored.
    pub(crate) key: Option<StoreKey>,
    pub(crate) known: Known,
    /// By the clock, when it was loaded last.
    pub(super) loaded_at: Moment,
    pub(crate) intent: Intent,
    /// The id that this request was given, once it has a new one.
    pub(crate) issued: Option<SessionId>,
    /// What the client is told of its id by a commit whose response is still to come.
    pub(crate) told: Option<String>,
    /// When this session's owner was last signed out everywhere by this request itself.
    pub(crate) revoked_at: Option<Moment>,
    /// The session was read or written, so the response depends on it.
    pub(crate) is_used: bool,
    #[cfg(feature = "express")]
    pub(super) has_taken_over: bool,
    pub(crate) is_head_sent: bool,
    /// The store could not be read and the application chose to go on.
    pub(crate) is_out: bool,
}

/// The id that the client presented.
#[derive(Debug, Default)]
enum Presented {
    #[default]
    Unchecked,
    Nothing,
    Verified(PresentedId, KeyAge),
    /// An id of the program that had the sessions before.
    #[cfg(feature = "express")]
    Inherited(Inheritance),
}

impl Inner {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // A value's own code may panic while it is decoded under the lock; what the lock guards is whole even then.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key of the id that the client presented, if one of them is ours.
    pub(crate) fn verify(&self, state: &mut State) -> Option<StoreKey> {
        if matches!(state.presented, Presented::Unchecked) {
            state.presented = match self.shared.transport.verify(&self.presented.ours, &self.shared.keys) {
                Some(verified) => {
                    state.key = Some(verified.id.store_key());
                    Presented::Verified(verified.id, verified.key_age)
                }
                None => self.verify_inherited(state),
            };
        }
        state.key
    }

    /// The key to load, if that has not been done.
    pub(super) fn unread_key(&self, state: &mut State) -> Option<StoreKey> {
        state.is_used = true;
        if !matches!(state.known, Known::Unread) || state.intent.destroys || state.is_out {
            return None;
        }
        let key = self.verify(state);
        if key.is_none() {
            state.known = Known::Absent;
        }
        key
    }

    #[cfg(feature = "express")]
    fn verify_inherited(&self, state: &mut State) -> Presented {
        let predecessor = self.shared.predecessor.as_ref();
        let inheritance = predecessor.and_then(|predecessor| predecessor.verify(&self.presented.inherited));
        match inheritance {
            Some(inheritance) => {
                state.key = Some(inheritance.heir.store_key());
                Presented::Inherited(inheritance)
            }
            None => Presented::Nothing,
        }
    }

    #[cfg(not(feature = "express"))]
    #[expect(clippy::unused_self, reason = "without Express nobody has anything to leave")]
    fn verify_inherited(&self, _state: &mut State) -> Presented {
        Presented::Nothing
    }

    /// Who asks the backend.
    pub(crate) fn caller(&self, state: &State) -> Caller {
        self.shared.backend.caller(state.id_bytes(), self.is_secure)
    }
}

impl State {
    /// The stored session, if there is one and it is not to be ended.
    pub(crate) fn snapshot(&self) -> Option<&Snapshot> {
        match &self.known {
            Known::Found(snapshot) if !self.intent.destroys => Some(snapshot),
            Known::Found(_) | Known::Unread | Known::Absent | Known::Dead => None,
        }
    }

    pub(super) fn record(&mut self, step: Step) {
        self.is_used = true;
        self.intent.log.push(step);
    }

    /// What an update that runs now has seen.
    pub(super) fn seen_on(&self) -> SeenOn {
        match (&self.known, self.snapshot()) {
            (_, Some(snapshot)) => SeenOn::Session(snapshot.record().revision),
            (Known::Unread, None) if !self.intent.destroys => SeenOn::Nothing,
            (Known::Unread | Known::Absent | Known::Dead | Known::Found(_), None) => SeenOn::NoSession,
        }
    }

    /// The session ended or moved away, so that nothing can be changed, unless somebody signs in anew.
    pub(crate) fn is_dead(&self) -> bool {
        matches!(self.known, Known::Dead) && !self.intent.destroys && !self.intent.log.signs_in()
    }

    /// Where the stored session is, if there is one.
    pub(super) fn stored_key(&self) -> Option<StoreKey> {
        self.snapshot().and(self.key)
    }

    /// The names of all values.
    pub(super) fn names(&self) -> Result<Vec<String>, Error> {
        let mut names: Vec<&str> = self.intent.log.names().collect();
        if let Some(snapshot) = self.snapshot() {
            for entry in snapshot.values().iter() {
                names.push(entry?.0);
            }
        }
        names.sort_unstable();
        names.dedup();
        let mut there = Vec::with_capacity(names.len());
        for name in names {
            if self.lookup(name)?.is_some() {
                there.push(name.to_owned());
            }
        }
        Ok(there)
    }

    /// The encoded value of `name`.
    pub(crate) fn lookup(&self, name: &str) -> Result<Option<&[u8]>, Error> {
        let snapshot = self.snapshot();
        let owner = snapshot.and_then(|snapshot| snapshot.record().owner.as_ref());
        match (self.intent.log.lookup(name, owner), snapshot) {
            (Lookup::Known(value), _) => Ok(value),
            (Lookup::AsStored, Some(snapshot)) => Ok(snapshot.values().get(name)?),
            (Lookup::AsStored, None) => Ok(None),
        }
    }

    /// The id that the browser has, to be sent again.
    pub(crate) fn id_bytes(&self) -> Option<&[u8]> {
        match (&self.issued, &self.presented) {
            (Some(issued), _) => Some(issued.as_bytes()),
            (None, Presented::Verified(presented, _)) => Some(presented.as_bytes()),
            #[cfg(feature = "express")]
            (None, Presented::Inherited(inheritance)) => Some(inheritance.heir.as_bytes()),
            (None, Presented::Unchecked | Presented::Nothing) => None,
        }
    }

    /// Whether the browser's cookie was signed by a key that no longer signs, or by the program that had the sessions before.
    pub(crate) fn is_signed_by_an_old_key(&self) -> bool {
        let is_old = match &self.presented {
            Presented::Verified(_, key_age) => *key_age == KeyAge::Old,
            #[cfg(feature = "express")]
            Presented::Inherited(_) => true,
            Presented::Unchecked | Presented::Nothing => false,
        };
        is_old && self.issued.is_none()
    }

    /// What is to be taken over before anything is known of the session.
    #[cfg(feature = "express")]
    pub(super) fn inheritance(&self) -> Option<Inheritance> {
        match &self.presented {
            Presented::Inherited(inheritance) if !self.has_taken_over => Some(inheritance.clone()),
            Presented::Unchecked | Presented::Nothing | Presented::Verified(..) | Presented::Inherited(_) => None,
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if !state.intent.is_empty() {
            tracing::warn!(
                target: TARGET,
                "a session was dropped with unsaved changes: its request was cancelled or panicked, or a handle was used \
                after the response without `save`"
            );
        }
    }
}
