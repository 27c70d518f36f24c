//! The store, as core calls it.

use std::sync::Arc;

use session_bench::Contender;
use session_core::{Loaded, Record, Revision, Store, Updated};
use session_store_redis::RedisStore;

use crate::sessions::{NOW, Session, Sessions};

pub(crate) struct StoreLoad {
    store: Arc<dyn Store>,
    sessions: Arc<Sessions>,
}

impl StoreLoad {
    pub(crate) fn new(store: &RedisStore, sessions: &Arc<Sessions>) -> Self {
        Self {
            store: Arc::new(store.clone()),
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

pub(crate) struct StoreUpdate {
    store: Arc<dyn Store>,
    sessions: Arc<Sessions>,
}

impl StoreUpdate {
    pub(crate) fn new(store: &RedisStore, sessions: &Arc<Sessions>) -> Self {
        Self {
            store: Arc::new(store.clone()),
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
