//! Requests of visitors, as they come to `session-core`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use session_bench::Contender;
use session_core::{Error, RequestInfo, Session, SessionManager, SigningKeys, Store};

const VALUE: &str = "count";

/// Who open a session, add one, and commit.
pub(crate) struct Writers(Arc<Counts>);

/// What came of it so far.
pub(crate) struct Counts {
    /// Writers go to them in turn.
    nodes: Vec<SessionManager>,
    /// Of the sessions, which writers have in turn.
    cookies: Vec<String>,
    acknowledged: AtomicU64,
    refused: AtomicU64,
    runs: Arc<AtomicU64>,
}

/// How many commits were acknowledged and refused, what is stored, and how often a change ran.
pub(crate) struct Seen {
    pub(crate) acknowledged: u64,
    pub(crate) refused: u64,
    pub(crate) stored: u64,
    pub(crate) runs: u64,
}

impl Writers {
    /// On nodes with a store each, and with so many sessions.
    pub(crate) async fn of(stores: Vec<Arc<dyn Store>>, sessions: usize) -> Self {
        let keys = SigningKeys::generate().unwrap();
        let node = |store| SessionManager::new(store, keys.clone()).unwrap();
        let nodes: Vec<_> = stores.into_iter().map(node).collect();
        let mut cookies = Vec::new();
        for _ in 0..sessions {
            cookies.push(new_session(&nodes[0]).await);
        }
        Self(Arc::new(Counts {
            nodes,
            cookies,
            acknowledged: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            runs: Arc::default(),
        }))
    }

    pub(crate) fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.0)
    }
}

/// Its cookie.
async fn new_session(node: &SessionManager) -> String {
    let session = node.open([], &RequestInfo::new());
    session.insert(VALUE, &0_u64).unwrap();
    let committed = node.commit(session, 200).await;
    committed.result.unwrap();
    let cookie = committed.headers.set_cookie().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

impl Counts {
    pub(crate) async fn look(self: Arc<Self>) -> Seen {
        let mut stored = 0;
        for cookie in &self.cookies {
            let count: Option<u64> = open(&self.nodes[0], cookie).get(VALUE).await.unwrap();
            stored += count.unwrap();
        }
        Seen {
            acknowledged: self.acknowledged.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            stored,
            runs: self.runs.load(Ordering::Relaxed),
        }
    }

    /// Whether that was done, and not refused because others were first until the time limit.
    async fn add_one(&self, writer: usize) -> bool {
        let node = &self.nodes[writer % self.nodes.len()];
        let session = open(node, &self.cookies[writer % self.cookies.len()]);
        let runs = Arc::clone(&self.runs);
        let add = move |count: &mut u64| {
            runs.fetch_add(1, Ordering::Relaxed);
            *count += 1;
        };
        session.update(VALUE, add).await.unwrap();
        let is_done = match node.commit(session, 200).await.result {
            Ok(()) => true,
            Err(Error::Contended) => false,
            Err(error) => panic!("{error:?}"),
        };
        let count = if is_done { &self.acknowledged } else { &self.refused };
        count.fetch_add(1, Ordering::Relaxed);
        is_done
    }
}

fn open(node: &SessionManager, cookie: &str) -> Session {
    node.open([cookie.as_bytes()], &RequestInfo::new())
}

impl Contender for Writers {
    async fn operate(&self, writer: usize) {
        // Whoever is refused tries again: it is a long wait, and no commit.
        while !self.0.add_one(writer).await {}
    }
}
