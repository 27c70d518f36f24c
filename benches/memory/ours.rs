//! `session-store-memory`, as core calls it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use session_bench::{NOW, scattered_key};
use session_core::{Created, Loaded, Moment, Record, Revision, Store, StoreError, StoreKey, Updated};
use session_store_memory::MemoryStore;

use crate::sessions::Sessions;

/// As many bytes as five small values take.
pub(crate) const PAYLOAD: [u8; 239] = [7; 239];

/// In milliseconds.
pub(crate) const LIFETIME: u64 = 60 * 60 * 1000;

pub(crate) struct Ours {
    pub(crate) store: Arc<dyn Store>,
    /// In milliseconds.
    now: AtomicU64,
}

impl Ours {
    pub(crate) fn new(store: MemoryStore) -> Self {
        Self {
            store: Arc::new(store),
            now: AtomicU64::new(NOW.as_millis()),
        }
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, millis: u64) {
        self.now.fetch_add(millis, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Moment {
        Moment::from_millis(self.now.load(Ordering::Relaxed))
    }

    async fn load(&self, number: usize) -> Record {
        let loaded = self
            .store
            .load(&StoreKey::from_bytes(scattered_key(number)), self.now())
            .await;
        let Ok(Loaded::Found(record)) = loaded else {
            panic!("a session is not where it was");
        };
        assert_eq!(*record.payload, PAYLOAD);
        record
    }
}

impl Sessions for Ours {
    async fn create(&self, number: usize) -> bool {
        let now = self.now();
        let record = Record {
            revision: Revision::from_u64(1),
            created_at: now,
            last_seen_at: now,
            expires_at: Moment::from_millis(now.as_millis() + LIFETIME),
            owner: None,
            payload: PAYLOAD.as_slice().into(),
        };
        let key = StoreKey::from_bytes(scattered_key(number));
        match self.store.create(&key, &record, None, now).await {
            Ok(created) => created == Created::Created,
            Err(StoreError::Full) => false,
            Err(error) => panic!("{error}"),
        }
    }

    async fn read(&self, number: usize) {
        self.load(number).await;
    }

    async fn write(&self, number: usize) {
        let mut record = self.load(number).await;
        let expected = record.revision;
        record.revision = Revision::from_u64(expected.as_u64() + 1);
        let key = StoreKey::from_bytes(scattered_key(number));
        let updated = self.store.update(&key, &record, expected, self.now()).await.unwrap();
        assert_eq!(updated, Updated::Applied);
    }
}
