//! The same with the sessions of tower-sessions: read, add, save.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use session_bench::Contender;
use tower_sessions::session::Id;
use tower_sessions::{MemoryStore, Session};

const VALUE: &str = "count";

/// A session in memory.
#[derive(Clone)]
pub(crate) struct Rival {
    store: Arc<MemoryStore>,
    id: Id,
    acknowledged: Arc<AtomicU64>,
}

impl Rival {
    pub(crate) async fn new() -> Self {
        let store = Arc::new(MemoryStore::default());
        let session = Session::new(None, Arc::clone(&store) as Arc<_>, None);
        session.insert(VALUE, 0_u64).await.unwrap();
        session.save().await.unwrap();
        Self {
            store,
            id: session.id().unwrap(),
            acknowledged: Arc::default(),
        }
    }

    fn open(&self) -> Session {
        Session::new(Some(self.id), Arc::clone(&self.store) as Arc<_>, None)
    }

    /// What is stored, and what was acknowledged.
    pub(crate) async fn look(&self) -> (u64, u64) {
        let stored = self.open().get(VALUE).await.unwrap().unwrap();
        (stored, self.acknowledged.load(Ordering::Relaxed))
    }
}

pub(crate) struct RivalWriters(pub(crate) Rival);

impl Contender for RivalWriters {
    async fn operate(&self, _item: usize) {
        let session = self.0.open();
        let count: u64 = session.get(VALUE).await.unwrap().unwrap();
        session.insert(VALUE, count + 1).await.unwrap();
        session.save().await.unwrap();
        self.0.acknowledged.fetch_add(1, Ordering::Relaxed);
    }
}
