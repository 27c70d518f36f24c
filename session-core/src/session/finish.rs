//! Carrying out what a session has recorded: at the end of the request, and in the middle of a handler.

use std::time::Duration;

use super::{Committed, Inner, Session, State};
use crate::backend::Caller;
use crate::clock::Moment;
use crate::commit::{Commit, CookieChange, Ending, Intent, Known};
use crate::error::{Error, StoreError};
use crate::event::Event;
use crate::id::StoreKey;
use crate::manager::Shared;

impl Session {
    /// Commits what was recorded so far, now: before a slow part of the handler, from a streaming body or a WebSocket, or
    /// where the handler must know whether it worked.
    ///
    /// What it stored stays, even if the request fails later, and its cookie goes out with the response. Without anything
    /// recorded it may still slide the session's end.
    ///
    /// # Errors
    ///
    /// [`Error::Gone`] when the session was ended meanwhile: what was recorded is dropped, and nothing brings the session
    /// back. [`Error::HeadSent`] when a new id was needed after the response head. [`Error::OutcomeUnknown`] when it can't be
    /// found out whether it was written; what was recorded is dropped then, for it must not happen twice. After any other
    /// error what was recorded stays recorded, and is tried again at the next commit.
    pub async fn save(&self) -> Result<(), Error> {
        match self.carry_out(false).await? {
            Ending::Gone => Err(Error::Gone),
            Ending::Nothing | Ending::Created | Ending::Updated | Ending::Touched | Ending::Rotated { .. } => Ok(()),
        }
    }

    pub(super) async fn commit(&self, status: u16) -> Committed {
        let shared = &self.inner.shared;
        let failed = status >= 500 && !shared.switches.keeps_changes_on_failure;
        let has_recorded = {
            let intent = &self.lock().intent;
            !intent.is_empty() && (!failed || !intent.clone().after_failure().is_empty())
        };
        let result = self.carry_out(failed).await.map(drop);
        let mut state = self.lock();
        state.is_head_sent = true;
        if result.is_err() {
            // The client is told that it failed; a handle that lives on must not do it after all.
            state.intent = Intent::default();
        }
        Committed {
            headers: state.take_headers(shared),
            // Where nothing was to be stored, such as by a page that was only read, all that failed is to slide an end.
            result: if has_recorded { result } else { Ok(()) },
        }
    }

    /// A function of its own, so that nothing but the commit itself is kept in the future that carries it out.
    fn begin(&self, failed: bool, now: Moment) -> (Result<Option<Commit<'_, Shared>>, Error>, Caller) {
        let mut state = self.lock();
        let begun = state.begin(&self.inner, failed, now);
        (begun, self.inner.caller(&state))
    }

    async fn carry_out(&self, failed: bool) -> Result<Ending, Error> {
        let inner = &*self.inner;
        let shared = &*inner.shared;
        let inside = inner.enter().await;
        let now = shared.clock.now();
        if let Err(error) = self.take_over().await {
            shared.notify_failure(self.lock().key, &error);
            return Err(error);
        }
        let (begun, caller) = self.begin(failed, now);
        let mut commit = match begun {
            Ok(Some(commit)) => commit,
            Ok(None) => return Ok(Ending::Nothing),
            Err(error) => {
                shared.notify_failure(self.lock().key, &error);
                return Err(error);
            }
        };
        let key = commit.key;
        let result = match commit.start() {
            Ok(()) => shared.carry_out(&mut commit, &caller, now).await,
            Err(error) => Err(error),
        };
        match &result {
            Ok(()) => notify(shared, key, &commit),
            Err(error) => shared.notify_failure(key, error),
        }
        let mut state = self.lock();
        let result = match result {
            Ok(()) => {
                let ending = commit.ending;
                state.take_over(commit, shared, now, inner.is_secure);
                Ok(ending)
            }
            Err(error) => {
                state.take_back(commit, &error, shared, inner.is_secure);
                Err(error)
            }
        };
        inside.leave(state);
        result
    }
}

impl State {
    /// The commit of what was recorded so far; `None`: the store is out, and there is nothing to commit.
    ///
    /// # Errors
    ///
    /// When the request went on as if there was no session, and has recorded something all the same: it could overwrite
    /// what it has not seen.
    fn begin<'a>(&mut self, inner: &'a Inner, failed: bool, now: Moment) -> Result<Option<Commit<'a, Shared>>, Error> {
        let key = inner.verify(self);
        let intent = std::mem::take(&mut self.intent);
        let intent = if failed { intent.after_failure() } else { intent };
        if self.is_out && intent.is_empty() {
            return Ok(None);
        }
        if self.is_out && !intent.is_blind_end() {
            self.intent = intent;
            let cause = "this request could not read its session, so it writes nothing";
            return Err(StoreError::Unavailable(cause.into()).into());
        }
        let began_at = self
            .revoked_at
            .map_or(inner.began_at, |at| at + Duration::from_millis(1));
        let can_issue = !self.is_head_sent;
        let shared = &*inner.shared;
        self.gate.begin_commit();
        let rules = shared.rules(can_issue, can_issue && self.is_signed_by_an_old_key());
        let session = (key, self.known.clone());
        Ok(Some(Commit::new(rules, shared, session, intent, (began_at, now))))
    }

    /// Knows what the commit made of the session.
    fn take_over(&mut self, commit: Commit<'_, Shared>, shared: &Shared, now: Moment, is_secure: bool) {
        let is_forwarded = commit.is_forwarded();
        let has_changed = matches!(commit.ending, Ending::Updated);
        let is_where_it_was = has_changed || matches!(commit.ending, Ending::Touched);
        let view = commit.into_view();
        (self.key, self.known) = (view.key, view.known);
        let can_issue = !self.is_head_sent;
        let resends = matches!(view.cookie, CookieChange::Resend)
            || (matches!(view.cookie, CookieChange::Keep)
                && ((self.is_signed_by_an_old_key() && is_where_it_was)
                    || (has_changed && shared.transport.resends_after(&self.known))
                    || (shared.switches.is_rolling && self.is_used)));
        let resends = resends && !shared.transport.withholds(&self.known, is_secure);
        match view.cookie {
            CookieChange::Issue(id) => self.issued = Some(id),
            CookieChange::Remove if can_issue => self.told = Some(shared.transport.remove(is_secure)),
            CookieChange::Remove => {}
            CookieChange::Keep | CookieChange::Resend if !resends || is_forwarded => return,
            CookieChange::Keep | CookieChange::Resend => {}
        }
        if let (true, Known::Found(snapshot), Some(id)) = (can_issue, &self.known, self.id_bytes()) {
            let limits = &snapshot.head().limits;
            self.told = Some(shared.transport.issue(id, &shared.keys, limits, now, is_secure));
        }
    }

    /// Remembers what is left to do, unless it may have been done.
    fn take_back(&mut self, commit: Commit<'_, Shared>, error: &Error, shared: &Shared, is_secure: bool) {
        let view = commit.into_view();
        if matches!(view.cookie, CookieChange::Remove) && !self.is_head_sent {
            self.told = Some(shared.transport.remove(is_secure));
        }
        (self.key, self.known) = (view.key, view.known);
        if !matches!(error, Error::OutcomeUnknown(_)) {
            let later = std::mem::take(&mut self.intent);
            self.intent = view.intent.and_then(later);
        }
    }
}

fn notify(shared: &Shared, before: Option<StoreKey>, commit: &Commit<'_, Shared>) {
    let owner = match &commit.known {
        Known::Found(snapshot) => snapshot.record().owner.as_ref(),
        Known::Unread | Known::Absent | Known::Dead => None,
    };
    if let Some(key) = commit.destroyed {
        shared.notify(|| Event::Destroyed { session: key.handle() });
    }
    if commit.conflicts > 0
        && let Some(key) = before
    {
        shared.notify(|| Event::Conflict {
            session: key.handle(),
            times: commit.conflicts,
        });
    }
    if commit.dropped > 0
        && let Some(key) = before
    {
        shared.notify(|| Event::Dropped {
            session: key.handle(),
            changes: commit.dropped,
        });
    }
    match (commit.ending, commit.key, before) {
        (Ending::Created, Some(key), _) => shared.notify(|| Event::Created {
            session: key.handle(),
            owner,
        }),
        (Ending::Rotated { from }, Some(key), _) => {
            shared.notify(|| Event::Rotated {
                from: from.handle(),
                to: key.handle(),
                owner,
            });
        }
        (Ending::Gone, _, Some(key)) => shared.notify(|| Event::Gone { session: key.handle() }),
        _ => {}
    }
}
