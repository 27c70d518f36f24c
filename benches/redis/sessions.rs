//! The sessions that contenders read and write.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_core::{Created, Moment, Owner, Record, Revision, Store, StoreKey};

pub(crate) const COUNT: usize = 4096;
/// Five small values.
pub(crate) const PAYLOAD_BYTES: usize = 239;
pub(crate) const NOW: Moment = Moment::from_millis(1_700_000_000_000);
const LIFETIME: Duration = Duration::from_secs(60 * 60);

pub(crate) struct Sessions {
    sessions: Vec<Session>,
}

pub(crate) struct Session {
    pub(crate) key: StoreKey,
    /// Where it is in Redis.
    pub(crate) place: Vec<u8>,
    pub(crate) payload: Vec<u8>,
}

impl Sessions {
    pub(crate) async fn create(store: &dyn Store) -> Self {
        store.clear().await.unwrap();
        let sessions: Vec<_> = (0..COUNT).map(Session::new).collect();
        for (number, session) in sessions.iter().enumerate() {
            let record = session.record(number);
            let created = store.create(&session.key, &record, None, NOW).await.unwrap();
            assert_eq!(created, Created::Created);
        }
        Self { sessions }
    }

    pub(crate) fn get(&self, number: usize) -> &Session {
        &self.sessions[number]
    }
}

impl Session {
    fn new(number: usize) -> Self {
        let mut bytes = [7; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        let place = format!("session:{}", URL_SAFE_NO_PAD.encode(bytes));
        Self {
            key: StoreKey::from_bytes(bytes),
            place: place.into_bytes(),
            payload: bytes.iter().copied().cycle().take(PAYLOAD_BYTES).collect(),
        }
    }

    fn record(&self, number: usize) -> Record {
        Record {
            revision: Revision::from_u64(1),
            created_at: NOW,
            last_seen_at: NOW,
            expires_at: NOW + LIFETIME,
            owner: Some(Owner::new(format!("user-{number}")).unwrap()),
            payload: self.payload.as_slice().into(),
        }
    }
}
