//! Requests of one visitor, as they come to `session-core`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use session_bench::Contender;
use session_core::{RequestInfo, Session, SessionManager, SigningKeys, Store};

const VALUE: &str = "count";

/// Who opens the session, adds one, and commits.
pub(crate) struct Writers(Arc<Counts>);

/// What came of it so far.
pub(crate) struct Counts {
    manager: SessionManager,
    cookie: String,
    acknowledged: AtomicU64,
    runs: Arc<AtomicU64>,
}

/// What was acknowledged, what is stored, and how often a change ran.
pub(crate) struct Seen {
    pub(crate) acknowledged: u64,
    pub(crate) stored: u64,
    pub(crate) runs: u64,
}

impl Writers {
    pub(crate) async fn of(store: Arc<dyn Store>) -> Self {
        let manager = SessionManager::new(store, SigningKeys::generate().unwrap()).unwrap();
        let session = manager.open([], &RequestInfo::new());
        session.insert(VALUE, &0_u64).unwrap();
        let committed = manager.commit(session, 200).await;
        committed.result.unwrap();
        let cookie = committed
            .headers
            .set_cookie()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        Self(Arc::new(Counts {
            manager,
            cookie,
            acknowledged: AtomicU64::new(0),
            runs: Arc::default(),
        }))
    }

    pub(crate) fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.0)
    }
}

impl Counts {
    fn open(&self) -> Session {
        self.manager.open([self.cookie.as_bytes()], &RequestInfo::new())
    }

    pub(crate) async fn look(self: Arc<Self>) -> Seen {
        let session = self.open();
        Seen {
            acknowledged: self.acknowledged.load(Ordering::Relaxed),
            stored: session.get(VALUE).await.unwrap().unwrap(),
            runs: self.runs.load(Ordering::Relaxed),
        }
    }
}

impl Contender for Writers {
    async fn operate(&self, _item: usize) {
        let counts = &*self.0;
        let session = counts.open();
        let runs = Arc::clone(&counts.runs);
        let add = move |count: &mut u64| {
            runs.fetch_add(1, Ordering::Relaxed);
            *count += 1;
        };
        session.update(VALUE, add).await.unwrap();
        counts.manager.commit(session, 200).await.result.unwrap();
        counts.acknowledged.fetch_add(1, Ordering::Relaxed);
    }
}
