//! The session handle: what a handler reads and records.

mod devices;
mod finish;
mod flash;
mod values;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::changes::{Base, Lookup, Step};
use crate::clock::Moment;
use crate::commit::{Intent, Known};
use crate::cookie_header::Candidates;
use crate::error::Error;
use crate::event::{Event, TARGET};
use crate::expiry::Expiry;
use crate::id::{Handle, PresentedId, SessionId, StoreKey};
use crate::key::KeyName;
use crate::manager::Shared;
use crate::payload::Snapshot;
use crate::record::Owner;
use crate::signing::KeyAge;
pub use devices::SessionSummary;
pub use finish::{CommitFuture, Committed};

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

pub(crate) struct Inner {
    pub(crate) shared: Arc<Shared>,
    /// What the client presented under our name.
    cookies: Candidates,
    pub(crate) is_secure: bool,
    pub(crate) began_at: Moment,
    state: Mutex<State>,
    /// Held while this session is loaded, updated or committed: one at a time.
    pub(crate) gate: tokio::sync::Mutex<()>,
}

/// What a request knows and has recorded. Nothing of the application runs while it is locked, and nothing is awaited.
#[derive(Debug, Default)]
pub(crate) struct State {
    presented: Presented,
    /// Where the session is stored.
    pub(crate) key: Option<StoreKey>,
    pub(crate) known: Known,
    pub(crate) intent: Intent,
    /// The id that this request was given, once it has a new one.
    pub(crate) issued: Option<SessionId>,
    /// The cookie of a commit whose response is still to come.
    pub(crate) set_cookie: Option<String>,
    /// When this session's owner was last signed out everywhere by this request itself.
    pub(crate) revoked_at: Option<Moment>,
    /// The session was read or written, so the response depends on it.
    pub(crate) is_used: bool,
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
}

impl Session {
    pub(crate) fn open(shared: Arc<Shared>, cookies: Candidates, is_secure: bool) -> Self {
        let began_at = shared.clock.now();
        let inner = Inner {
            shared,
            cookies,
            is_secure,
            began_at,
            state: Mutex::default(),
            gate: tokio::sync::Mutex::default(),
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
        self.load().await?;
        let state = self.lock();
        Ok(state.intent.destroys || matches!(state.known, Known::Unread | Known::Absent))
    }

    /// Who is signed in, as far as this request knows.
    ///
    /// # Errors
    ///
    /// When the session can't be loaded.
    pub async fn owner(&self) -> Result<Option<Owner>, Error> {
        if let Some(owner) = self.lock().intent.log.owner() {
            return Ok(owner.cloned());
        }
        self.load().await?;
        let state = self.lock();
        Ok(state.snapshot().and_then(|snapshot| snapshot.record().owner.clone()))
    }

    /// When the stored session ends unless it is used; `None`: none is stored yet.
    ///
    /// # Errors
    ///
    /// When the session can't be loaded.
    pub async fn expires_at(&self) -> Result<Option<Moment>, Error> {
        self.load().await?;
        Ok(self.lock().snapshot().map(|snapshot| snapshot.record().expires_at))
    }

    /// The stored session's public name, for logs and lists; `None`: none is stored yet. A new id comes with a new one.
    ///
    /// # Errors
    ///
    /// When the session can't be loaded.
    pub async fn handle(&self) -> Result<Option<Handle>, Error> {
        self.load().await?;
        let state = self.lock();
        Ok(state.snapshot().and(state.key).map(|key| key.handle()))
    }

    /// Forgets what was read, and reads it again. What was recorded stays recorded.
    ///
    /// # Errors
    ///
    /// When the session can't be loaded, or a recorded update can't read its value any more.
    pub async fn reload(&self) -> Result<(), Error> {
        self.lock().known = Known::Unread;
        self.load().await?;
        let (mut log, snapshot) = {
            let state = self.lock();
            (state.intent.log.clone(), state.snapshot().cloned())
        };
        let base = snapshot.as_ref().map_or(Base::EMPTY, Base::of);
        log.refresh(&base)?;
        self.lock().intent.log = log;
        Ok(())
    }

    pub(crate) fn record(&self, step: Step) {
        let mut state = self.lock();
        state.is_used = true;
        state.intent.log.push(step);
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.lock()
    }

    /// Makes sure that the stored session is known.
    pub(crate) async fn load(&self) -> Result<(), Error> {
        if self.unread_key().is_none() {
            return Ok(());
        }
        let _gate = self.inner.gate.lock().await;
        self.load_at_the_gate().await
    }

    /// The same, for those who hold the gate.
    pub(crate) async fn load_at_the_gate(&self) -> Result<(), Error> {
        let Some(key) = self.unread_key() else { return Ok(()) };
        let shared = &self.inner.shared;
        let loaded = shared.load(key, shared.clock.now()).await;
        let mut state = self.lock();
        match loaded {
            Ok(known) => state.known = known,
            Err(error) => {
                shared.notify(|| Event::Failed {
                    session: Some(key.handle()),
                    error: &error,
                });
                if !shared.switches.goes_on_without_store || error.status() != 503 {
                    return Err(error);
                }
                state.is_out = true;
            }
        }
        Ok(())
    }

    /// The key to load, if that has not been done.
    fn unread_key(&self) -> Option<StoreKey> {
        let mut state = self.lock();
        state.is_used = true;
        if !matches!(state.known, Known::Unread) || state.intent.destroys || state.is_out {
            return None;
        }
        let key = self.inner.verify(&mut state);
        if key.is_none() {
            state.known = Known::Absent;
        }
        key
    }

    /// Looks a value up in what was recorded, and in what is stored if that is needed.
    pub(crate) async fn load_for(&self, name: &str) -> Result<(), Error> {
        let is_settled = {
            let log = &self.lock().intent.log;
            !log.depends_on_the_owner() && log.lookup(name, None) != Lookup::AsStored
        };
        if is_settled { Ok(()) } else { self.load().await }
    }
}

impl Inner {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // A value's own code may panic while it is decoded under the lock; what the lock guards is whole even then.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key of the id that the client presented, if one of its cookies is ours.
    pub(crate) fn verify(&self, state: &mut State) -> Option<StoreKey> {
        if matches!(state.presented, Presented::Unchecked) {
            state.presented = match self.cookies.verify(self.shared.cookie.name(), &self.shared.keys) {
                Some(verified) => {
                    state.key = Some(verified.id.store_key());
                    Presented::Verified(verified.id, verified.key_age)
                }
                None => Presented::Nothing,
            };
        }
        state.key
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

    /// The session ended or moved away, so that nothing can be changed, unless somebody signs in anew.
    pub(crate) fn is_dead(&self) -> bool {
        matches!(self.known, Known::Dead) && !self.intent.destroys && !self.intent.log.signs_in()
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
            (None, Presented::Unchecked | Presented::Nothing) => None,
        }
    }

    /// Whether the browser's cookie was signed by a key that no longer signs.
    pub(crate) fn is_signed_by_an_old_key(&self) -> bool {
        self.issued.is_none() && matches!(self.presented, Presented::Verified(_, KeyAge::Old))
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
