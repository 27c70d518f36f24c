//! Two nodes of one application, and the visitors that come to either.

use std::sync::Arc;

use session_core::{Error, Owner, RequestInfo, Session, SessionManager, SessionManagerBuilder, SigningKeys, Store};

use crate::counting_store::{CountingStore, Counts};
use crate::event_log::EventLog;
use crate::operation::Operation;
use crate::test_clock::TestClock;
use crate::verdict::{kept, promise, promise_that};

/// Two session managers that have nothing in common but the store, the keys and the time.
#[derive(Debug)]
pub(super) struct Nodes {
    pub(super) one: SessionManager,
    pub(super) two: SessionManager,
    pub(super) clock: TestClock,
    /// What reached the store from either.
    pub(super) counts: Counts,
    pub(super) events: EventLog,
}

impl Nodes {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self::with(store, |builder| builder, |builder| builder)
    }

    /// With settings of their own.
    pub(super) fn with(
        store: Arc<dyn Store>,
        one: impl FnOnce(SessionManagerBuilder) -> SessionManagerBuilder,
        two: impl FnOnce(SessionManagerBuilder) -> SessionManagerBuilder,
    ) -> Self {
        let counting = Arc::new(CountingStore::new(store));
        let (clock, events, counts) = (TestClock::new(), EventLog::default(), counting.counts());
        let builder = || {
            let keys = kept("the key of the cases is possible", SigningKeys::new([[7; 32]]));
            SessionManager::builder(Arc::clone(&counting), keys)
                .clock(clock.clone())
                .observer(events.clone())
        };
        Self {
            one: kept("the settings of the case are possible", one(builder()).build()),
            two: kept("the settings of the case are possible", two(builder()).build()),
            clock,
            counts,
            events,
        }
    }

    /// A visitor who has a session with a number `n`, which is 0. Calls are counted from here on.
    pub(super) async fn visitor(&self) -> Visitor {
        let mut visitor = Visitor::default();
        let session = visitor.open(&self.one);
        kept("a number can be encoded", session.insert("n", &0_u64));
        visitor.close(&self.one, session).await;
        self.counts.reset();
        self.events.forget();
        visitor
    }

    /// A visitor who is signed in.
    pub(super) async fn signed_in(&self, name: &str) -> Visitor {
        let mut visitor = self.visitor().await;
        let session = visitor.open(&self.one);
        session.sign_in(owner(name));
        visitor.close(&self.one, session).await;
        self.counts.reset();
        self.events.forget();
        visitor
    }

    /// Promises that exactly these operations reached the store, and counts from zero.
    #[track_caller]
    pub(super) fn promise_calls(&self, what: &str, expected: &[(Operation, u64)]) {
        let came: Vec<_> = self.counts.all().into_iter().collect();
        promise(&format!("{what} costs exactly so many store calls"), came, expected);
        self.counts.reset();
    }
}

/// How a request ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) result: Result<(), Error>,
    /// The `Set-Cookie`, if there is one.
    pub(super) cookie: Option<String>,
    /// It adds no header at all.
    pub(super) is_silent: bool,
}

impl Ended {
    /// Promises that a late request succeeds and sends no cookie.
    #[track_caller]
    pub(super) fn promise_quiet(&self) {
        promise_that("a late request keeps its response", self.result.is_ok(), &self.result);
        promise("and sends no cookie", self.cookie.as_deref(), None);
    }
}

/// A browser with one cookie.
#[derive(Clone, Debug, Default)]
pub(super) struct Visitor {
    cookie: Option<String>,
}

impl Visitor {
    /// Begins a request on a node.
    pub(super) fn open(&self, node: &SessionManager) -> Session {
        node.open(self.cookie.as_deref().map(str::as_bytes), &RequestInfo::new())
    }

    /// Ends a request with 200, which must succeed.
    pub(super) async fn close(&mut self, node: &SessionManager, session: Session) -> Ended {
        let ended = self.end(node, session).await;
        kept("a request whose store is well succeeds", ended.result.as_ref());
        ended
    }

    /// Ends a request with 200, and takes its cookie.
    pub(super) async fn end(&mut self, node: &SessionManager, session: Session) -> Ended {
        let committed = node.commit(session, 200).await;
        let ended = Ended {
            is_silent: committed.headers.is_empty(),
            cookie: committed.headers.set_cookie().map(str::to_owned),
            result: committed.result,
        };
        if let Some(cookie) = &ended.cookie {
            let pair = cookie.split(';').next().map(str::to_owned);
            self.cookie = pair.filter(|_| !cookie.contains("Max-Age=0;"));
        }
        ended
    }

    /// A whole request that reads a number.
    pub(super) async fn reads(&mut self, node: &SessionManager, name: &str) -> Option<u64> {
        let session = self.open(node);
        let number = kept("a store that is well can be read", session.get(name).await);
        self.close(node, session).await;
        number
    }

    /// A whole request that asks who is signed in.
    pub(super) async fn owner(&mut self, node: &SessionManager) -> Option<Owner> {
        let session = self.open(node);
        let owner = kept("a store that is well can be read", session.owner().await);
        self.close(node, session).await;
        owner
    }

    /// A whole request that adds one to a number.
    pub(super) async fn adds_one(&mut self, node: &SessionManager, name: &'static str) {
        let session = self.open(node);
        add_one(&session, name).await;
        self.close(node, session).await;
    }

    /// A whole request that does this.
    pub(super) async fn does(&mut self, node: &SessionManager, act: impl FnOnce(&Session)) -> Ended {
        let session = self.open(node);
        act(&session);
        self.close(node, session).await
    }

    /// Does this visitor have a session on the node?
    pub(super) async fn has_session(&mut self, node: &SessionManager) -> bool {
        let session = self.open(node);
        let is_new = kept("a store that is well can be read", session.is_new().await);
        let handle = kept("a store that is well can be read", session.handle().await);
        self.close(node, session).await;
        !is_new && handle.is_some()
    }

    pub(super) fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }
}

pub(super) async fn add_one(session: &Session, name: &'static str) {
    let added = session.update(name, |number: &mut u64| *number += 1).await;
    kept("a store that is well can be read", added);
}

pub(super) fn set(session: &Session, name: &str, number: u64) {
    kept("a number can be encoded", session.insert(name, &number));
}

pub(super) fn owner(name: &str) -> Owner {
    kept("the names of the cases are possible", Owner::new(name))
}
