//! The two calls that an adapter makes, and what operators do with sessions.

use std::sync::Arc;
use std::time::Duration;

use crate::backend::Backend;
use crate::builder::{SessionManagerBuilder, Switches};
use crate::clock::Clock;
use crate::commit::{Rules, Source};
#[cfg(feature = "express")]
use crate::cookie_header::Candidates;
use crate::cookie_header::PresentedValues;
#[cfg(feature = "express")]
use crate::deadline::Deadline;
use crate::error::{ConfigError, Error};
use crate::event::{self, Event, Observer, TARGET};
use crate::expiry::Expiry;
#[cfg(feature = "express")]
use crate::express::{Beginning, Inheritance, Predecessor};
use crate::headers::CachePolicy;
use crate::id::{IdGenerator, SessionId, StoreKey};
use crate::queue::CommitQueue;
use crate::record::Revision;
use crate::request_info::RequestInfo;
use crate::revision_source::RevisionSource;
use crate::session::{CommitFuture, Session};
use crate::signing::SigningKeys;
use crate::store::Store;
use crate::transport::Transport;

/// Opens a session for each request and commits it before the response head goes out. Cheap to clone.
///
/// An adapter calls [`open`](Self::open) and [`commit`](Self::commit), and nothing else. Store operations wait on tokio's
/// timers, so they run on a tokio runtime with time enabled; elsewhere there are no time limits.
///
/// ```
/// use session_core::{RequestInfo, SessionManager, SigningKeys};
/// # use session_core::*;
/// # async fn handle(store: impl Store) -> Result<(), Box<dyn std::error::Error>> {
/// let manager = SessionManager::new(store, SigningKeys::generate()?)?;
///
/// let session = manager.open([b"theme=dark".as_slice()], &RequestInfo::new());
/// session.insert("visits", &1)?;
/// let committed = manager.commit(session, 200).await;
/// assert!(committed.result.is_ok());
/// assert!(committed.headers.set_cookie().is_some_and(|cookie| cookie.starts_with("__Host-session=")));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SessionManager(Arc<Shared>);

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) backend: Backend,
    pub(crate) keys: SigningKeys,
    pub(crate) transport: Transport,
    #[cfg(feature = "express")]
    pub(crate) predecessor: Option<Predecessor>,
    pub(crate) expiry: Expiry,
    pub(crate) forwarding_time: Duration,
    pub(crate) operation_timeout: Duration,
    pub(crate) size_limit: usize,
    pub(crate) ids: Box<dyn IdGenerator>,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) observer: Option<Box<dyn Observer>>,
    pub(crate) cache: CachePolicy,
    pub(crate) switches: Switches,
    pub(crate) revisions: RevisionSource,
    pub(crate) queue: CommitQueue,
}

impl SessionManager {
    /// A manager with all defaults.
    ///
    /// # Errors
    ///
    /// When the operating system has no random numbers to give.
    pub fn new(store: impl Store, keys: SigningKeys) -> Result<Self, ConfigError> {
        Self::builder(store, keys).build()
    }

    /// The settings of a manager, all at their defaults.
    pub fn builder(store: impl Store, keys: SigningKeys) -> SessionManagerBuilder {
        SessionManagerBuilder::new(Arc::new(store), keys)
    }

    /// The settings of a manager of sessions that an Express app has too, at the same time. The cookie's name is `connect.sid`
    /// unless it is [set](SessionManagerBuilder::cookie); all else is as for sessions of our own, but for this:
    ///
    /// - Values are JSON. [`Session::insert`] refuses names that express-session has for itself, and integers that
    ///   JavaScript would round.
    /// - There is no index of owners: listing and revoking a user's sessions is [`Error::NoOwnerIndex`].
    /// - An old id leads nowhere after a rotation. What overlapping requests had recorded for it is dropped with an event.
    /// - There is no absolute limit. `expiry` and `header` are refused.
    ///
    /// A write of Express between our load and our commit is seen, and what was recorded here is made again on what it wrote.
    /// Express itself looks at nothing: what is written here while one of its requests is under way, that request overwrites
    /// if it changes the session.
    #[cfg(feature = "express")]
    pub fn sharing_with_express(
        store: impl crate::express::ExpressStore,
        settings: crate::express::ExpressSettings,
    ) -> SessionManagerBuilder {
        SessionManagerBuilder::of_express(Arc::new(store), settings)
    }

    /// The session of a request in which the [request header](Self::request_header), by default `Cookie`, has these values.
    ///
    /// Does no I/O, believes nothing yet, and allocates at most twice (once for the usual cookie): a handler that never
    /// touches its session pays no more than this. Values need not be text.
    pub fn open<'a>(&self, values: impl IntoIterator<Item = &'a [u8]>, request: &RequestInfo<'_>) -> Session {
        let presented = self.0.presented(values);
        let is_secure = self.0.transport.is_secure(request);
        Session::open(Arc::clone(&self.0), presented, is_secure)
    }

    /// The name of the request header that [`open`](Self::open) is to be given, in lower case: `cookie`, unless sessions
    /// travel in a [header of their own](SessionManagerBuilder::header).
    #[must_use]
    pub fn request_header(&self) -> &str {
        self.0.transport.request_header()
    }

    /// Whether [`open`](Self::open) looks at what it is told of the request: only where the cookie is Secure as the request
    /// is. An adapter need not find it out otherwise.
    #[must_use]
    pub fn needs_request_info(&self) -> bool {
        self.0.transport.needs_request_info()
    }

    /// Carries out what the request recorded, in one store operation where nobody interferes, and says what to add to the
    /// response head. To be called with the response's status before its head goes out, also when the handler failed.
    ///
    /// After a status of 500 or more the recorded changes are dropped, but for a `destroy` or a sign-out. Handles that are
    /// still around can [`save`](Session::save) later, but not get a new id.
    ///
    /// An untouched session makes a future that is ready, and allocates nothing.
    pub fn commit(&self, session: Session, status: u16) -> CommitFuture {
        CommitFuture::new(session, status)
    }

    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        Self(Arc::clone(shared))
    }

    pub(crate) fn from_shared(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.0
    }
}

impl Shared {
    /// What may be ours in these values of the request header.
    #[cfg(feature = "express")]
    fn presented<'a>(&self, values: impl IntoIterator<Item = &'a [u8]>) -> PresentedValues {
        let Some(predecessor) = &self.predecessor else {
            let ours = self.transport.candidates(values);
            let inherited = Candidates::default();
            return PresentedValues { ours, inherited };
        };
        let values: Vec<&[u8]> = values.into_iter().collect();
        PresentedValues {
            ours: self.transport.candidates(values.iter().copied()),
            inherited: predecessor.candidates(values),
        }
    }

    #[cfg(not(feature = "express"))]
    fn presented<'a>(&self, values: impl IntoIterator<Item = &'a [u8]>) -> PresentedValues {
        let ours = self.transport.candidates(values);
        PresentedValues { ours }
    }

    /// Makes a session that another program had ours.
    #[cfg(feature = "express")]
    pub(crate) async fn take_over(&self, inheritance: &Inheritance) -> Result<(), Error> {
        let Some(predecessor) = &self.predecessor else {
            return Ok(());
        };
        let now = self.clock.now();
        let beginning = Beginning {
            revision: self.revisions.next(),
            limits: self.expiry.limits(now),
            now,
        };
        let mut deadline = Deadline::new(self.operation_timeout);
        let handed_over = predecessor.hand_over(inheritance, self.backend.store()?, beginning);
        let is_new = deadline.bound(handed_over).await;
        if is_new.ok_or(Error::TimedOut(deadline.limit()))?? {
            self.notify(|| Event::TakenOver {
                session: inheritance.heir.store_key().handle(),
            });
        }
        Ok(())
    }

    pub(crate) fn rules(&self, can_issue: bool, signs_anew: bool) -> Rules {
        Rules {
            expiry: self.expiry,
            forwarding_time: self.forwarding_time,
            size_limit: self.size_limit,
            stores_empty: self.switches.stores_empty,
            is_active: self.switches.any_request_is_activity,
            can_issue,
            signs_anew,
        }
    }

    pub(crate) fn notify_failure(&self, session: Option<StoreKey>, error: &Error) {
        self.notify(|| Event::Failed {
            session: session.map(|key| key.handle()),
            error,
        });
    }

    /// Makes the event only if somebody listens: a handle costs a hash.
    pub(crate) fn notify<'a>(&self, event: impl FnOnce() -> Event<'a>) {
        if self.observer.is_none() && !tracing::enabled!(target: TARGET, tracing::Level::ERROR) {
            return;
        }
        let event = event();
        event::trace(&event);
        if let Some(observer) = &self.observer {
            observer.observe(&event);
        }
    }
}

impl Source for Shared {
    fn new_id(&self) -> Result<SessionId, Error> {
        Ok(self.backend.spell(self.ids.generate()?))
    }

    fn new_revision(&self) -> Revision {
        self.revisions.next()
    }
}
