//! The sessions that contenders read and write.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use session_core::{Created, Moment, Owner, Record, Revision, Store, StoreKey};

/// What time it is in benchmarks.
pub const NOW: Moment = Moment::from_millis(1_700_000_000_000);
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Sessions with known keys and payloads.
pub struct Sessions {
    sessions: Vec<Session>,
}

pub struct Session {
    pub key: StoreKey,
    pub payload: Vec<u8>,
}

impl Sessions {
    /// How many there are.
    pub const COUNT: usize = 4096;
    /// Five small values.
    pub const PAYLOAD_BYTES: usize = 239;

    /// These, and no others, in the store.
    pub async fn create(store: &dyn Store) -> Self {
        store.clear().await.unwrap();
        let sessions: Vec<_> = (0..Self::COUNT).map(|number| Session::new(7, number)).collect();
        let create = |(number, session): (usize, &Session)| {
            let (key, record) = (session.key, session.record(number, NOW + LIFETIME));
            async move {
                let created = store.create(&key, &record, None, NOW).await.unwrap();
                assert_eq!(created, Created::Created);
            }
        };
        let numbered: Vec<_> = sessions.iter().enumerate().map(create).collect();
        stream::iter(numbered).buffer_unordered(64).collect::<()>().await;
        Self { sessions }
    }

    pub fn get(&self, number: usize) -> &Session {
        &self.sessions[number]
    }
}

/// Sessions that nobody has had before, one at a time. They end before the others.
#[derive(Default)]
pub struct Newcomers {
    next: AtomicUsize,
}

impl Newcomers {
    /// When they end.
    pub fn expire_at() -> Moment {
        NOW + LIFETIME / 2
    }

    /// A key, and what is to be under it.
    pub fn next(&self) -> (StoreKey, Record) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let session = Session::new(8, number);
        let record = session.record(number, Self::expire_at());
        (session.key, record)
    }

    /// Takes them out of the store again.
    pub async fn remove(store: &dyn Store) {
        while store.delete_expired(10_000, Self::expire_at()).await.unwrap() > 0 {}
    }
}

impl Session {
    /// The one of a family that has this number.
    fn new(family: u8, number: usize) -> Self {
        let mut bytes = [family; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        Self {
            key: StoreKey::from_bytes(bytes),
            payload: bytes.iter().copied().cycle().take(Sessions::PAYLOAD_BYTES).collect(),
        }
    }

    fn record(&self, number: usize, expires_at: Moment) -> Record {
        Record {
            revision: Revision::from_u64(1),
            created_at: NOW,
            last_seen_at: NOW,
            expires_at,
            owner: Some(Owner::new(format!("user-{number}")).unwrap()),
            payload: self.payload.as_slice().into(),
        }
    }
}
