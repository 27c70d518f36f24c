//! A store that has sessions, and what they are.

use std::future::Future;
use std::time::Duration;

use session_kit::{
    Clock as _, Created, Handle, Loaded, Moment, Owner, Record, Revision, SessionId, StoreKey, SystemClock, store,
};
use session_test_support::folder::Folder;

const HOUR: Duration = Duration::from_secs(60 * 60);

pub(crate) struct Filled {
    now: Moment,
    sessions: Vec<(StoreKey, Record)>,
}

/// The URL of a file that is not there yet.
pub(crate) fn file() -> String {
    format!("sqlite://{}", Folder::of_this_test().join("shop.db").display())
}

/// Nothing is at `url`.
pub(crate) fn empty(url: &str) {
    block_on(async {
        let store = store::connect(url).await.unwrap();
        let page = store.scan(None, 10).await.unwrap();
        assert_eq!(page.keys, [], "nothing is left, living or not");
    });
}

impl Filled {
    pub(crate) fn with(url: &str, sessions: usize) -> Self {
        Self::new(
            url,
            (0..sessions).map(|number| format!("session {number}").into_bytes()),
        )
    }

    pub(crate) fn with_one_of_bytes(url: &str, bytes: usize) -> Self {
        Self::new(url, [vec![7; bytes]])
    }

    fn new(url: &str, payloads: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let now = SystemClock.now();
        let sessions = payloads.into_iter().zip(1..).map(|(payload, number)| {
            let record = Record {
                revision: Revision::from_u64(number),
                created_at: now,
                last_seen_at: now,
                expires_at: now + HOUR,
                owner: Owner::new(format!("owner-{}", number % 100)).ok(),
                payload: payload.into(),
            };
            (SessionId::random().unwrap().store_key(), record)
        });
        let sessions: Vec<_> = sessions.collect();
        block_on(async {
            let store = store::connect(url).await.unwrap();
            for (key, record) in &sessions {
                assert_eq!(store.create(key, record, None, now).await.unwrap(), Created::Created);
            }
        });
        Self { now, sessions }
    }

    /// Each of them is at `url`, as it was.
    pub(crate) fn assert_at(&self, url: &str) {
        block_on(async {
            let store = store::connect(url).await.unwrap();
            for (key, record) in &self.sessions {
                let loaded = store.load(key, self.now).await.unwrap();
                assert!(loaded == Loaded::Found(record.clone()), "{key:?} came as {loaded:?}");
            }
            assert_eq!(
                store.count(self.now).await.unwrap(),
                u64::try_from(self.sessions.len()).unwrap()
            );
        });
    }

    /// Of the only one.
    pub(crate) fn handle(&self) -> Handle {
        let [(key, _)] = self.sessions.as_slice() else {
            panic!("there is one");
        };
        key.handle()
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}
