//! What the fuzz targets share: one store with one session, and a store that answers any bytes.

mod any_text;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use session_core::{
    Created, Deleted, Listed, Loaded, Moment, Owner, Record, RequestInfo, Revision, Rotated, Rotation, ScanCursor,
    Scanned, Session, SessionManager, SigningKeys, Store, StoreError, StoreKey, Touch, Touched, Updated,
};
use session_store_memory::MemoryStore;
use tokio::runtime::Runtime;

pub use any_text::{AnyText, SECRET, SHARED_COOKIE};

/// The name of the cookie under test.
pub const NAME: &str = "__Host-session";

/// A manager on which one session is stored, with the value `n` = 7, and the text of its cookie.
pub struct OneSession {
    pub runtime: Runtime,
    pub manager: SessionManager,
    /// The signed value.
    pub value: String,
}

pub static ONE_SESSION: LazyLock<OneSession> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let keys = SigningKeys::new([[7; 32], [8; 32]]).unwrap();
    let manager = SessionManager::new(MemoryStore::new(), keys).unwrap();
    let session = manager.open([], &RequestInfo::new());
    session.insert("n", &7_u8).unwrap();
    let committed = runtime.block_on(manager.commit(session, 200));
    let cookie = committed.headers.set_cookie().unwrap();
    let value = cookie.split(['=', ';']).nth(1).unwrap().to_owned();
    OneSession {
        runtime,
        manager,
        value,
    }
});

impl OneSession {
    /// What a request with these headers reads as `n`.
    pub fn read(&self, headers: &[&[u8]]) -> Option<u8> {
        let session = self.manager.open(headers.iter().copied(), &RequestInfo::new());
        self.runtime.block_on(async {
            let read = session.get("n").await.unwrap();
            let committed = self.manager.commit(session, 200).await;
            committed.result.unwrap();
            read
        })
    }
}

/// A store in which every key has a record with this payload. It notes whether anything was written.
#[derive(Debug)]
pub struct AnyPayload {
    payload: Arc<[u8]>,
    is_written: Arc<AtomicBool>,
}

impl AnyPayload {
    pub fn new(payload: &[u8]) -> (Self, Arc<AtomicBool>) {
        let is_written = Arc::new(AtomicBool::new(false));
        (
            Self {
                payload: payload.into(),
                is_written: Arc::clone(&is_written),
            },
            is_written,
        )
    }

    /// The session of a request with a good cookie, on this store.
    pub fn open(self) -> (SessionManager, Session) {
        let manager = SessionManager::new(self, SigningKeys::new([[7; 32], [8; 32]]).unwrap()).unwrap();
        let cookie = format!("{NAME}={}", ONE_SESSION.value);
        let session = manager.open([cookie.as_bytes()], &RequestInfo::new());
        (manager, session)
    }

    fn record(&self) -> Record {
        Record {
            revision: Revision::from_u64(1),
            created_at: Moment::default(),
            last_seen_at: Moment::default(),
            expires_at: Moment::MAX,
            owner: None,
            payload: Arc::clone(&self.payload),
        }
    }

    fn write(&self) {
        self.is_written.store(true, Ordering::Relaxed);
    }
}

#[async_trait]
impl Store for AnyPayload {
    async fn create(&self, _: &StoreKey, _: &Record, _: Option<Moment>, _: Moment) -> Result<Created, StoreError> {
        self.write();
        Ok(Created::Created)
    }

    async fn load(&self, _: &StoreKey, _: Moment) -> Result<Loaded, StoreError> {
        Ok(Loaded::Found(self.record()))
    }

    async fn update(&self, _: &StoreKey, _: &Record, _: Revision, _: Moment) -> Result<Updated, StoreError> {
        self.write();
        Ok(Updated::Applied)
    }

    async fn rotate(&self, _: &Rotation<'_>, _: Moment) -> Result<Rotated, StoreError> {
        self.write();
        Ok(Rotated::Applied)
    }

    async fn touch(&self, _: &StoreKey, _: &Touch, _: Moment) -> Result<Touched, StoreError> {
        Ok(Touched::Touched)
    }

    async fn delete(&self, _: &StoreKey, _: Moment) -> Result<Deleted, StoreError> {
        self.write();
        Ok(Deleted::Deleted)
    }

    async fn sessions_of(&self, _: &Owner, _: Moment) -> Result<Vec<Listed>, StoreError> {
        Ok(Vec::new())
    }

    async fn delete_sessions_of(&self, _: &Owner, _: Option<&StoreKey>, _: Moment) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn delete_expired(&self, _: usize, _: Moment) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn count(&self, _: Moment) -> Result<u64, StoreError> {
        Ok(1)
    }

    async fn scan(&self, _: Option<&ScanCursor>, _: usize) -> Result<Scanned, StoreError> {
        Ok(Scanned::default())
    }

    async fn clear(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
