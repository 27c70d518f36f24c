//! What a case plays on: an adapter that serves, over a store that can be made to fail.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use session_core::{ConfigError, SessionManager, SessionManagerBuilder, SigningKeys, Store};

use super::browser::Browser;
use super::probe::Probe;
use super::serve::{AnyAdapter, Server};
use crate::counting_store::{CountingStore, Counts};
use crate::event_log::EventLog;
use crate::flaky_store::FlakyStore;
use crate::lost_reply_store::LostReplyStore;
use crate::plan::Plan;
use crate::slow_store::SlowStore;
use crate::test_clock::TestClock;
use crate::verdict::kept;

/// The key that signs unless a case says otherwise.
pub(super) const KEY: [u8; 32] = [7; 32];

type Change = Box<dyn FnOnce(SessionManagerBuilder) -> SessionManagerBuilder>;

/// How to set a stage.
pub(super) struct Setting {
    adapter: AnyAdapter,
    sessions: Arc<dyn Store>,
    clock: TestClock,
    keys: Vec<[u8; 32]>,
    changes: Vec<Change>,
}

/// An adapter that serves the probe, and all that a case may want to move.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) clock: TestClock,
    /// What reached the store.
    pub(super) counts: Counts,
    /// Which operations fail.
    pub(super) outage: Plan,
    /// Which operations never answer.
    pub(super) stall: Plan,
    /// Which operations happen without an answer.
    pub(super) losses: Plan,
    pub(super) events: EventLog,
    adapter: AnyAdapter,
    sessions: Arc<dyn Store>,
    probe: Probe,
    server: Server,
}

impl Stage {
    /// With all settings at their defaults.
    pub(super) fn new(adapter: &AnyAdapter) -> Self {
        Setting::new(adapter).serve()
    }

    /// With a setting of the manager changed.
    pub(super) fn with(
        adapter: &AnyAdapter,
        change: impl FnOnce(SessionManagerBuilder) -> SessionManagerBuilder + 'static,
    ) -> Self {
        Setting::new(adapter).with(change).serve()
    }

    /// An application that forgot the adapter's middleware.
    pub(super) fn without_sessions(adapter: &AnyAdapter) -> (Server, Probe) {
        let probe = Probe::default();
        (adapter.serve(None, probe.clone()), probe)
    }

    /// Another server of the same site: the same sessions and the same time.
    pub(super) fn another(&self) -> Setting {
        Setting {
            adapter: self.adapter.clone(),
            sessions: Arc::clone(&self.sessions),
            clock: self.clock.clone(),
            keys: vec![KEY],
            changes: Vec::new(),
        }
    }

    /// A browser without cookies.
    pub(super) fn browser(&self) -> Browser {
        Browser::new(self)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.server.address
    }

    pub(super) fn probe(&self) -> &Probe {
        &self.probe
    }
}

impl Setting {
    pub(super) fn new(adapter: &AnyAdapter) -> Self {
        Self {
            adapter: adapter.clone(),
            sessions: adapter.store(),
            clock: TestClock::new(),
            keys: vec![KEY],
            changes: Vec::new(),
        }
    }

    pub(super) fn keys(mut self, keys: impl IntoIterator<Item = [u8; 32]>) -> Self {
        self.keys = keys.into_iter().collect();
        self
    }

    pub(super) fn with(
        mut self,
        change: impl FnOnce(SessionManagerBuilder) -> SessionManagerBuilder + 'static,
    ) -> Self {
        self.changes.push(Box::new(change));
        self
    }

    pub(super) fn serve(self) -> Stage {
        let stalling = SlowStore::hanging(Arc::clone(&self.sessions));
        let stall = stalling.plan();
        stall.nothing();
        let losing = LostReplyStore::new(stalling);
        let losses = losing.plan();
        let failing = FlakyStore::new(losing);
        let outage = failing.plan();
        outage.nothing();
        let counting = CountingStore::new(failing);
        let (counts, events) = (counting.counts(), EventLog::default());
        let keys = kept("the keys of the case are possible", SigningKeys::new(&self.keys));
        let mut builder = SessionManager::builder(counting, keys)
            .clock(self.clock.clone())
            .observer(events.clone());
        for change in self.changes {
            builder = change(builder);
        }
        let manager: Result<_, ConfigError> = builder.build();
        let manager = kept("the settings of the case are possible", manager);
        let probe = Probe::default();
        Stage {
            server: self.adapter.serve(Some(manager), probe.clone()),
            adapter: self.adapter,
            sessions: self.sessions,
            clock: self.clock,
            counts,
            outage,
            stall,
            losses,
            events,
            probe,
        }
    }
}

impl fmt::Debug for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Setting").finish_non_exhaustive()
    }
}
