//! The settings of a session manager.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::cookie::CookieSettings;
use crate::error::ConfigError;
use crate::event::Observer;
use crate::expiry::Expiry;
#[cfg(feature = "express")]
use crate::express::{ExpressSettings, ExpressStore, Predecessor};
use crate::headers::CachePolicy;
use crate::id::{IdGenerator, RandomIds};
use crate::manager::{SessionManager, Shared};
use crate::place::Kept;
use crate::revision_source::RevisionSource;
use crate::signing::SigningKeys;
use crate::store::{MARK_KEPT, Store};

const LONGEST_FORWARDING: Duration = Duration::from_secs(60 * 60);
/// No operation may be in flight for longer than rotations leave their marks.
const LONGEST_OPERATION: Duration = MARK_KEPT;
/// What every engine takes: MongoDB's documents end at 16 MiB, with their own overhead.
const LARGEST_SESSION: usize = 15 * 1024 * 1024;

/// Settings of a [`SessionManager`], each with a safe default.
///
/// # The names that Express has for them
///
/// | express-session | here |
/// |---|---|
/// | `secret` | [`SigningKeys`]: random keys, the first signs |
/// | `name`, `cookie` | [`cookie`](Self::cookie); `cookie.maxAge` is [`expiry`](Self::expiry) |
/// | `genid` | [`id_generator`](Self::id_generator) |
/// | `store` | the store that the builder begins with |
/// | `saveUninitialized` | [`save_uninitialized`](Self::save_uninitialized), off |
/// | `rolling` | [`rolling`](Self::rolling), off |
/// | `resave` | nothing: a session that did not change is not written; its end is moved by a touch, at most once per tenth of the idle limit |
/// | `unset` | [`Session::clear`](crate::Session::clear) and [`Session::destroy`](crate::Session::destroy) say which is meant |
/// | `proxy` | [`CookieSettings::secure_as_the_request`] |
/// | `req.session.regenerate` | [`Session::sign_in`](crate::Session::sign_in), or [`Session::regenerate`](crate::Session::regenerate), which keeps the values |
///
/// ```
/// use session_core::{Expiry, SessionManager, SigningKeys};
/// # use session_core::*;
/// # fn build(store: impl Store) -> Result<(), Box<dyn std::error::Error>> {
/// let manager = SessionManager::builder(store, SigningKeys::generate()?)
///     .expiry(Expiry::owasp_low_risk())
///     .size_limit(64 * 1024)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use]
pub struct SessionManagerBuilder {
    kept: Kept,
    keys: SigningKeys,
    cookie: Option<CookieSettings>,
    header: Option<String>,
    #[cfg(feature = "express")]
    predecessor: Option<(Arc<dyn ExpressStore>, ExpressSettings)>,
    expiry: Option<Expiry>,
    forwarding_time: Duration,
    operation_timeout: Duration,
    size_limit: usize,
    ids: Box<dyn IdGenerator>,
    clock: Box<dyn Clock>,
    observer: Option<Box<dyn Observer>>,
    cache: CachePolicy,
    pub(crate) switches: Switches,
}

/// What is on or off.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Switches {
    pub(crate) stores_empty: bool,
    pub(crate) is_rolling: bool,
    pub(crate) any_request_is_activity: bool,
    pub(crate) keeps_changes_on_failure: bool,
    pub(crate) goes_on_without_store: bool,
}

impl SessionManagerBuilder {
    pub(crate) fn new(store: Arc<dyn Store>, keys: SigningKeys) -> Self {
        Self::with(Kept::In(store), keys)
    }

    #[cfg(feature = "express")]
    pub(crate) fn of_express(store: Arc<dyn ExpressStore>, settings: ExpressSettings) -> Self {
        let keys = settings.secrets.keys.clone();
        Self::with(Kept::WithExpress(store, settings), keys)
    }

    fn with(kept: Kept, keys: SigningKeys) -> Self {
        Self {
            kept,
            keys,
            cookie: None,
            header: None,
            #[cfg(feature = "express")]
            predecessor: None,
            expiry: None,
            forwarding_time: Duration::from_secs(30),
            operation_timeout: Duration::from_secs(5),
            size_limit: 1024 * 1024,
            ids: Box::new(RandomIds),
            clock: Box::new(SystemClock),
            observer: None,
            cache: CachePolicy::default(),
            switches: Switches::default(),
        }
    }

    /// The cookie's name and attributes. Default: [`CookieSettings::new`].
    pub fn cookie(mut self, cookie: CookieSettings) -> Self {
        self.cookie = Some(cookie);
        self
    }

    /// Sends the signed id in a header of this name, such as `x-session`, and not in a cookie: for native applications and
    /// programs, which keep what they are told themselves. Default: off.
    ///
    /// A response that hands out an id has the header, and the client sends its value back with each request from then on,
    /// in the header of the same name. A value that is empty says that there is no session any more. No cookie is read or
    /// sent; where browsers use the same sessions, they do so by a second manager on the same store. A value signed for a
    /// cookie is not good for the header, nor the other way round.
    ///
    /// No site can make a browser send such a header on its own, so requests need no other defence against forgery. But
    /// whatever can read the place where the client keeps it has the session: in a web page that is every script, so pages
    /// should have the cookie. The name has 1 to 64 letters, digits, `-` and `_`, in upper or lower case, and no other meaning
    /// in HTTP.
    pub fn header(mut self, name: impl Into<String>) -> Self {
        self.header = Some(name.into());
        self
    }

    /// Takes over the sessions that an Express app had until now, in its store and under its cookie: each once, when its
    /// visitor comes by and the session is used. It becomes one of ours, with what is in it and who is signed in, gets a
    /// cookie of ours, and is removed there. So nobody is logged out. Default: none.
    ///
    /// The app must not run any more. What is read of it are the secrets, the [cookie's name](ExpressSettings::cookie_name) and
    /// the [owner's member](ExpressSettings::owner_member). From then on a session has this manager's limits. It costs four
    /// round trips more for a visitor's first request, and nothing for those who have a cookie of ours;
    /// [`Event::TakenOver`](crate::Event::TakenOver) tells how many have come.
    ///
    /// Who has not come yet is in no list of an owner's sessions, and is not reached by an end of all of them.
    #[cfg(feature = "express")]
    pub fn taking_over_from_express(mut self, store: impl ExpressStore, settings: ExpressSettings) -> Self {
        self.predecessor = Some((Arc::new(store), settings));
        self
    }

    /// How long sessions live. Default: [`Expiry::new`]. Sessions that are stored keep the limits that they have.
    pub fn expiry(mut self, expiry: Expiry) -> Self {
        self.expiry = Some(expiry);
        self
    }

    /// For how long changes of requests that had loaded a session before it got a new id still reach it: up to an hour,
    /// default 30 seconds, which is longer than most requests take. Zero switches forwarding off: such changes are dropped
    /// with an event. It costs one short mark in the store a rotation.
    pub fn forwarding_time(mut self, time: Duration) -> Self {
        self.forwarding_time = time;
        self
    }

    /// The time limit of a load, and of a commit with all its retries: 1 millisecond to 1 minute, default 5 seconds. It should
    /// be longer than the time limits of the store's driver, which say better what was wrong.
    pub fn operation_timeout(mut self, timeout: Duration) -> Self {
        self.operation_timeout = timeout;
        self
    }

    /// The most bytes that a session's values may have together, encoded: 1 byte to 15 MiB, default 1 MiB.
    pub fn size_limit(mut self, bytes: usize) -> Self {
        self.size_limit = bytes;
        self
    }

    /// What makes new ids (Express: `genid`). Default: [`RandomIds`].
    pub fn id_generator(mut self, ids: impl IdGenerator) -> Self {
        self.ids = Box::new(ids);
        self
    }

    /// Where the time comes from. Default: [`SystemClock`].
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Who learns of every event. Default: nobody but the log.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// How responses that depend on a session may be cached. Default: [`CachePolicy::NoStore`].
    pub fn cache_policy(mut self, policy: CachePolicy) -> Self {
        self.cache = policy;
        self
    }

    /// Stores sessions with nothing in them too, for every visitor who comes by (Express: `saveUninitialized: true`).
    /// Default: off. It costs a store write, a cookie and a stored record for each visitor and each bot.
    pub fn save_uninitialized(mut self) -> Self {
        self.switches.stores_empty = true;
        self
    }

    /// Sends the cookie with every response that used the session (Express: `rolling: true`). Default: off.
    ///
    /// A response that is late then carries an old id, and can undo a sign-in in the browser. The session's end slides
    /// without this.
    pub fn rolling(mut self) -> Self {
        self.switches.is_rolling = true;
        self
    }

    /// Any request with a session's cookie keeps the session alive. Default: only requests that read or write it do. It
    /// costs one store read for every request.
    pub fn any_request_is_activity(mut self) -> Self {
        self.switches.any_request_is_activity = true;
        self
    }

    /// Keeps what a request recorded also when it answers with a server error (5xx). Default: it is dropped, but for a
    /// `destroy` or a sign-out.
    pub fn keep_changes_on_server_error(mut self) -> Self {
        self.switches.keeps_changes_on_failure = true;
        self
    }

    /// While the store can't be read, requests go on as if they had no session, read-only: reading answers nothing, writing
    /// still fails. Default: reading fails too, so that nobody takes "unknown" for "signed out". No cookie is touched
    /// either way.
    pub fn go_on_without_store(mut self) -> Self {
        self.switches.goes_on_without_store = true;
        self
    }

    /// The manager.
    ///
    /// # Errors
    ///
    /// When a setting is out of its bounds or not safe; the error says what would be right.
    pub fn build(self) -> Result<SessionManager, ConfigError> {
        self.check_limits()?;
        #[cfg(feature = "express")]
        self.check_predecessor()?;
        let place = self.kept.place(self.cookie, self.header, self.expiry)?;
        Ok(SessionManager::from_shared(Shared {
            backend: place.backend,
            keys: self.keys,
            transport: place.transport,
            expiry: place.expiry,
            forwarding_time: self.forwarding_time,
            operation_timeout: self.operation_timeout,
            size_limit: self.size_limit,
            ids: self.ids,
            clock: self.clock,
            observer: self.observer,
            cache: self.cache,
            switches: self.switches,
            #[cfg(feature = "express")]
            predecessor: self
                .predecessor
                .map(|(store, settings)| Predecessor::new(store, &settings))
                .transpose()?,
            revisions: RevisionSource::new()?,
            queue: crate::queue::CommitQueue::default(),
        }))
    }

    #[cfg(feature = "express")]
    fn check_predecessor(&self) -> Result<(), ConfigError> {
        let is_possible = self.header.is_none() && matches!(self.kept, Kept::In(_));
        if self.predecessor.is_none() || is_possible {
            return Ok(());
        }
        let (setting, value) = (
            "what takes sessions of Express over",
            "a header, or sessions shared with Express",
        );
        Err(out_of_bounds(setting, value, "a cookie, and a store of ours"))
    }

    fn check_limits(&self) -> Result<(), ConfigError> {
        let is_between = |setting, value: Duration, least: Duration, most: Duration, bounds| {
            if value < least || value > most {
                Err(out_of_bounds(setting, &format!("{value:?}"), bounds))
            } else {
                Ok(())
            }
        };
        let none = Duration::ZERO;
        is_between(
            "the forwarding time",
            self.forwarding_time,
            none,
            LONGEST_FORWARDING,
            "0 to 1 hour",
        )?;
        let millisecond = Duration::from_millis(1);
        is_between(
            "the operation timeout",
            self.operation_timeout,
            millisecond,
            LONGEST_OPERATION,
            "1 ms to 1 minute",
        )?;
        if self.size_limit == 0 || self.size_limit > LARGEST_SESSION {
            return Err(out_of_bounds(
                "the size limit",
                &self.size_limit.to_string(),
                "1 byte to 15 MiB",
            ));
        }
        Ok(())
    }
}

pub(crate) fn out_of_bounds(setting: &'static str, value: &str, bounds: &'static str) -> ConfigError {
    ConfigError::Bounds {
        setting,
        value: value.to_owned(),
        bounds,
    }
}
