//! The session handle: what a handler reads and records.

mod commit_future;
mod devices;
mod finish;
mod flash;
mod gate;
mod state;
mod values;

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::changes::{Base, Lookup, Step};
use crate::clock::Moment;
use crate::codec::Format;
use crate::commit::{Intent, Known};
use crate::cookie_header::PresentedValues;
use crate::error::Error;
use crate::expiry::Expiry;
use crate::id::Handle;
use crate::key::KeyName;
use crate::manager::Shared;
use crate::record::Owner;
pub use commit_future::{CommitFuture, Committed};
pub use devices::SessionSummary;
use gate::{Sight, Unread};
use state::Inner;
pub(crate) use state::State;

/// The session of one request. Cheap to clone, all clones are the same session.
///
/// What must know the stored value is `async`, and the first such call loads the session, in one round trip. What only
/// writes is synchronous, recorded, and carried out when the response is ready. Changes are kept per key: two requests of
/// one visitor that write different keys both survive, and [`update`](Self::update) is exact on one key too.
///
/// `Debug` shows no id, no key and no value.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

impl Session {
    pub(crate) fn open(shared: Arc<Shared>, presented: PresentedValues, is_secure: bool) -> Self {
        let began_at = shared.clock.now();
        let inner = Inner {
            shared,
            presented,
            is_secure,
            began_at,
            state: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Gives the session a new id at the commit (Express: `regenerate`, which also empties it; here it keeps its values).
    ///
    /// Signing in and out do this by themselves. For the forwarding time, changes of requests that had loaded the session
    /// before still reach it; nobody reads through the old id.
    pub fn regenerate(&self) {
        let mut state = self.lock();
        state.is_used = true;
        state.intent.regenerates = true;
    }

    /// Ends the session at the commit, and with it all that was recorded so far (Express: `destroy`, and `unset: 'destroy'`).
    /// What is inserted afterwards begins a new session with a new id.
    ///
    /// It also happens when the request then fails with a 5xx, and it wins over requests that are under way.
    pub fn destroy(&self) {
        let mut state = self.lock();
        state.is_used = true;
        state.intent = Intent {
            destroys: true,
            ..Intent::default()
        };
    }

    /// Makes `owner` the session's user, under a new id: nobody who planted or saw the old one is in (OWASP Session
    /// Management Cheat Sheet, "Renew the Session ID After Any Privilege Level Change").
    ///
    /// Values of the visitor's time before stay, unless the session belonged to somebody else: then it starts empty. The
    /// absolute limit counts anew.
    pub fn sign_in(&self, owner: Owner) {
        self.record(Step::SignIn { owner });
    }

    /// Signs the user out and drops every value. What is inserted afterwards begins a new session with a new id.
    pub fn sign_out(&self) {
        self.sign_out_keeping::<&str>([]);
    }

    /// Signs the user out and drops every value but those of these keys, which go on under a new id.
    pub fn sign_out_keeping<K: KeyName>(&self, keys: impl IntoIterator<Item = K>) {
        self.record(Step::SignOut {
            keeping: keys.into_iter().map(|key| key.name().to_owned()).collect(),
        });
    }

    /// Gives this session limits of its own, counted from the commit; later writes keep them. For "remember me".
    ///
    /// # Errors
    ///
    /// [`Error::Expiry`] when a limit is out of its bounds. Nothing is recorded then.
    pub fn set_expiry(&self, expiry: Expiry) -> Result<(), Error> {
        expiry.check()?;
        let mut state = self.lock();
        state.is_used = true;
        state.intent.expiry = Some(expiry);
        Ok(())
    }

    /// Whether no session is stored yet: the visitor has none, or theirs has ended.
    ///
    /// # Errors
    ///
    /// When the session can't be loaded.
    pub async fn is_new(&self) -> Result<bool, Error> {
        let is_new = |state: &State| state.intent.destroys || matches!(state.known, Known::Unread | Known::Absent);
        self.look(is_new).await
    }

    /// Who is signed in, as far as this request knows.
    ///
    /// # Errors
    ///
    /// When the session can't be loaded.
    pub async fn owner(&self) -> Result<Option<Owner>, Error> {
        let is_stored = |state: &State| state.intent.log.owner().is_none();
        let owner = |state: &State| {
            let stored = || state.snapshot().and_then(|snapshot| snapshot.record().owner.as_ref());
            state.intent.log.owner().unwrap_or_else(stored).cloned()
        };
        self.look_where(is_stored, owner).await
    }

    /// When the stored session ends unless it is used; `None`: none is stored yet.
    ///
    /// # Errors
    ///
    /// When the session can't be loaded.
    pub async fn expires_at(&self) -> Result<Option<Moment>, Error> {
        let end = |state: &State| state.snapshot().map(|snapshot| snapshot.record().expires_at);
        self.look(end).await
    }

    /// The stored session's public name, for logs and lists; `None`: none is stored yet. A new id comes with a new one.
    ///
    /// # Errors
    ///
    /// When the session can't be loaded.
    pub async fn handle(&self) -> Result<Option<Handle>, Error> {
        let key = self.look(State::stored_key).await?;
        Ok(key.map(|key| key.handle()))
    }

    /// Forgets what was read, and reads it again. What was recorded stays recorded.
    ///
    /// # Errors
    ///
    /// When the session can't be loaded, or a recorded update can't read its value any more.
    pub async fn reload(&self) -> Result<(), Error> {
        {
            let mut state = self.lock();
            (state.known, state.is_out) = (Known::Unread, false);
        }
        let recorded = |state: &State| (state.intent.log.clone(), state.snapshot().cloned());
        let (mut log, snapshot) = self.look(recorded).await?;
        let base = snapshot.as_ref().map_or(Base::EMPTY, Base::of);
        log.refresh(&base)?;
        self.lock().intent.log = log;
        Ok(())
    }

    /// What values are written in.
    pub(crate) fn format(&self) -> Format {
        self.inner.shared.backend.format()
    }

    pub(crate) fn record(&self, step: Step) {
        self.lock().record(step);
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.lock()
    }

    /// Looks at the session, once what is stored is known.
    pub(crate) async fn look<R>(&self, look: impl FnOnce(&State) -> R) -> Result<R, Error> {
        self.look_where(|_| true, look).await
    }

    /// Looks a value up in what was recorded, and in what is stored if that is needed.
    pub(crate) async fn look_up<R>(
        &self,
        name: &str,
        look: impl FnOnce(Option<&[u8]>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let depends_on_what_is_stored = |state: &State| {
            let log = &state.intent.log;
            log.depends_on_the_owner() || log.lookup(name, None) == Lookup::AsStored
        };
        let look = |state: &State| look(state.lookup(name)?);
        self.look_where(depends_on_what_is_stored, look).await?
    }

    /// Looks at the session, once what is stored is known where that is needed. While a commit is under way it has what was
    /// recorded, so one waits for it.
    async fn look_where<R>(
        &self,
        needs_what_is_stored: impl Fn(&State) -> bool,
        look: impl FnOnce(&State) -> R,
    ) -> Result<R, Error> {
        loop {
            let unread = match poll_fn(|context| self.inner.poll_sight(&needs_what_is_stored, context)).await {
                Sight::Known(state) => return Ok(look(&state)),
                Sight::Unread(unread) => unread,
            };
            self.read(unread).await?;
        }
    }

    async fn read(&self, unread: Unread<'_>) -> Result<(), Error> {
        let Unread { inside, key, caller } = unread;
        let shared = &*self.inner.shared;
        let now = shared.clock.now();
        let loaded = match self.take_over().await {
            Ok(()) => shared.load(key, &caller, now).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &loaded {
            shared.notify_failure(Some(key), error);
        }
        let mut result = Ok(());
        let mut state = self.lock();
        state.loaded_at = now;
        match loaded {
            Ok(known) => state.known = known,
            Err(error) if shared.switches.goes_on_without_store && error.status() == 503 => state.is_out = true,
            Err(error) => result = Err(error),
        }
        inside.leave(state);
        result
    }

    /// Makes a session that another program had ours, if it is not yet; for those who are inside.
    #[cfg(feature = "express")]
    pub(crate) async fn take_over(&self) -> Result<(), Error> {
        let Some(inheritance) = self.lock().inheritance() else {
            return Ok(());
        };
        self.inner.shared.take_over(&inheritance).await?;
        self.lock().has_taken_over = true;
        Ok(())
    }

    #[cfg(not(feature = "express"))]
    #[expect(clippy::unused_async, reason = "without Express there is nothing to wait for")]
    pub(crate) async fn take_over(&self) -> Result<(), Error> {
        Ok(())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        formatter
            .debug_struct("Session")
            .field("handle", &state.key.map(|key| key.handle()))
            .field("unsaved_changes", &!state.intent.is_empty())
            .finish_non_exhaustive()
    }
}
