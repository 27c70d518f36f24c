//! axum_session's stores, to which a session is a text with a name and an end.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum_session::DatabasePool;
use futures_util::stream::{self, StreamExt as _};
use session_bench::{Contender, Newcomers, Sessions};
use session_core::{Moment, StoreKey};

/// Its table of sessions.
const TABLE: &str = "session_bench_axum_session";

/// As long as the ids that it gives out.
const ID_CHARACTERS: usize = 36;

/// It goes by the clock: far enough, so that all but newcomers are there as long as anybody asks.
const END: Moment = Moment::from_millis(4_102_444_800_000);

/// A store of any engine.
pub(crate) type AnyPool = Arc<dyn DatabasePool + Send + Sync>;

/// A store, with sessions in it that are as large as ours.
pub(crate) struct AxumSession {
    pool: AnyPool,
    sessions: Vec<Session>,
    newcomers: Newcomers,
    created: AtomicUsize,
}

struct Session {
    id: String,
    text: String,
}

impl AxumSession {
    /// With the same sessions, and no others.
    pub(crate) async fn new(pool: AnyPool, sessions: Arc<Sessions>) -> Self {
        pool.initiate(TABLE).await.unwrap();
        pool.delete_all(TABLE).await.unwrap();
        let sessions = (0..Sessions::COUNT).map(|number| Session::of(&sessions.get(number).key));
        let this = Self {
            pool,
            sessions: sessions.collect(),
            newcomers: Newcomers::default(),
            created: AtomicUsize::new(0),
        };
        let store: Vec<_> = this.sessions.iter().map(|session| this.store(session, END)).collect();
        stream::iter(store).buffer_unordered(64).collect::<()>().await;
        this
    }

    /// Takes out those who were created, and asserts that all of them were there.
    pub(crate) async fn remove_newcomers(&self) {
        let removed = self.pool.delete_by_expiry(TABLE).await.unwrap();
        assert_eq!(removed.len(), self.created.swap(0, Ordering::Relaxed));
    }

    async fn load(&self, session: &Session) {
        let text = self.pool.load(&session.id, TABLE).await.unwrap();
        assert_eq!(text.as_ref(), Some(&session.text));
    }

    async fn store(&self, Session { id, text }: &Session, end: Moment) {
        let seconds = (end.as_millis() / 1000).cast_signed();
        self.pool.store(id, text, seconds, TABLE).await.unwrap();
    }
}

impl Session {
    fn of(key: &StoreKey) -> Self {
        let mut id = String::with_capacity(64);
        for byte in key.as_bytes() {
            write!(id, "{byte:02x}").unwrap();
        }
        let mut text = id.repeat(Sessions::PAYLOAD_BYTES.div_ceil(id.len()));
        text.truncate(Sessions::PAYLOAD_BYTES);
        id.truncate(ID_CHARACTERS);
        Self { id, text }
    }
}

/// Loads a session.
pub(crate) struct AxumLoad(pub(crate) Arc<AxumSession>);

/// Loads a session, and stores it again on no condition: there is none.
pub(crate) struct AxumUpdate(pub(crate) Arc<AxumSession>);

/// Stores a session that was never there.
pub(crate) struct AxumCreate(pub(crate) Arc<AxumSession>);

impl Contender for AxumLoad {
    async fn operate(&self, item: usize) {
        self.0.load(&self.0.sessions[item]).await;
    }
}

impl Contender for AxumUpdate {
    async fn operate(&self, item: usize) {
        let session = &self.0.sessions[item];
        self.0.load(session).await;
        self.0.store(session, END).await;
    }
}

impl Contender for AxumCreate {
    async fn operate(&self, _item: usize) {
        let (key, _) = self.0.newcomers.next();
        self.0.store(&Session::of(&key), Newcomers::expire_at()).await;
        self.0.created.fetch_add(1, Ordering::Relaxed);
    }
}
