//! Stores, as core calls them.

use std::sync::Arc;

use session_core::{Created, Loaded, Record, Revision, Store, Updated};

use crate::contender::Contender;
use crate::sessions::{NOW, Newcomers, Session, Sessions};

/// Loads a session.
pub struct StoreLoad {
    store: Arc<dyn Store>,
    sessions: Arc<Sessions>,
}

impl StoreLoad {
    pub fn new(store: &Arc<dyn Store>, sessions: &Arc<Sessions>) -> Self {
        Self {
            store: Arc::clone(store),
            sessions: Arc::clone(sessions),
        }
    }
}

impl Contender for StoreLoad {
    async fn operate(&self, item: usize) {
        let session = self.sessions.get(item);
        load(&*self.store, session).await;
    }
}

/// Loads a session, and updates it on condition of the revision that it had.
pub struct StoreUpdate {
    store: Arc<dyn Store>,
    sessions: Arc<Sessions>,
}

impl StoreUpdate {
    pub fn new(store: &Arc<dyn Store>, sessions: &Arc<Sessions>) -> Self {
        Self {
            store: Arc::clone(store),
            sessions: Arc::clone(sessions),
        }
    }
}

impl Contender for StoreUpdate {
    async fn operate(&self, item: usize) {
        let session = self.sessions.get(item);
        let mut record = load(&*self.store, session).await;
        let expected = record.revision;
        record.revision = Revision::from_u64(expected.as_u64() + 1);
        let updated = self.store.update(&session.key, &record, expected, NOW).await.unwrap();
        assert_eq!(updated, Updated::Applied);
    }
}

async fn load(store: &dyn Store, session: &Session) -> Record {
    let Loaded::Found(record) = store.load(&session.key, NOW).await.unwrap() else {
        panic!("a session is not where it was");
    };
    assert_eq!(*record.payload, *session.payload);
    record
}

/// Creates a session that was never there.
pub struct StoreCreate {
    store: Arc<dyn Store>,
    newcomers: Arc<Newcomers>,
}

impl StoreCreate {
    pub fn new(store: &Arc<dyn Store>, newcomers: &Arc<Newcomers>) -> Self {
        Self {
            store: Arc::clone(store),
            newcomers: Arc::clone(newcomers),
        }
    }
}

impl Contender for StoreCreate {
    async fn operate(&self, _item: usize) {
        let (key, record) = self.newcomers.next();
        let created = self.store.create(&key, &record, None, NOW).await.unwrap();
        assert_eq!(created, Created::Created);
    }
}
