//! A browser whose sessions are core's, over a store.

use std::sync::Arc;

use session_core::{RequestInfo, Session, SessionManager, SigningKeys, Store};

use crate::patience::PATIENCE;

/// A node of an application.
pub fn node(store: &Arc<dyn Store>) -> SessionManager {
    let keys = SigningKeys::new([[7; 32]]).unwrap();
    SessionManager::new(Arc::clone(store), keys).unwrap()
}

/// A node whose visitors wait in line, however long it is.
pub fn patient_node(store: &Arc<dyn Store>) -> SessionManager {
    let keys = SigningKeys::new([[7; 32]]).unwrap();
    let builder = SessionManager::builder(Arc::clone(store), keys).operation_timeout(PATIENCE);
    builder.build().unwrap()
}

/// A browser with a session in which it counts.
#[derive(Clone, Debug)]
pub struct Visitor {
    cookie: String,
}

impl Visitor {
    /// One whose session is new, and stored.
    pub async fn new(node: &SessionManager) -> Self {
        let session = node.open([], &RequestInfo::new());
        session.insert("n", &0_u64).unwrap();
        let committed = node.commit(session, 200).await;
        committed.result.unwrap();
        let cookie = committed.headers.set_cookie().unwrap();
        Self::of(cookie.split(';').next().unwrap())
    }

    /// One that has this cookie already.
    pub fn of(cookie: &str) -> Self {
        let cookie = cookie.to_owned();
        Self { cookie }
    }

    /// What it sends.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Adds one, in a request.
    pub async fn counts(&self, node: &SessionManager) {
        let session = self.open(node);
        session.update("n", |n: &mut u64| *n += 1).await.unwrap();
        node.commit(session, 200).await.result.unwrap();
    }

    /// How far it has counted.
    pub async fn count(&self, node: &SessionManager) -> u64 {
        self.open(node).get("n").await.unwrap().unwrap()
    }

    fn open(&self, node: &SessionManager) -> Session {
        node.open([self.cookie.as_bytes()], &RequestInfo::new())
    }
}
