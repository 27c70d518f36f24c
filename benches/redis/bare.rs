//! The driver alone: what somebody would write who knew the bytes by heart.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use redis::aio::MultiplexedConnection;
use redis::io::tcp::TcpSettings;
use redis::{Client, IntoConnectionInfo, ProtocolVersion, Script};
use session_bench::{Contender, NOW, Sessions};
use tokio::sync::OnceCell;

/// The script of the store's updates.
const UPDATE: &str = concat!(
    include_str!("../../session-store-redis/src/lua/values.lua"),
    include_str!("../../session-store-redis/src/lua/update.lua")
);
/// An hour, and a minute of grace.
const TIME_TO_LIVE: &str = "3660000";

/// Connections, each opened by the first thread that uses it; each thread uses its own as far as there are enough.
pub(crate) struct Bare {
    client: Client,
    connections: Vec<OnceCell<MultiplexedConnection>>,
    /// Where each session is.
    places: Vec<Vec<u8>>,
}

static NEXT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static NUMBER: Cell<usize> = Cell::new(NEXT.fetch_add(1, Ordering::Relaxed));
}

impl Bare {
    pub(crate) fn new(url: &str, connections: usize, sessions: &Sessions) -> Self {
        let place = |item| format!("session:{}", URL_SAFE_NO_PAD.encode(sessions.get(item).key.as_bytes()));
        let info = url.into_connection_info().unwrap();
        let redis = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let tcp = TcpSettings::default().set_nodelay(true);
        let info = info.set_redis_settings(redis).set_tcp_settings(tcp);
        Self {
            client: Client::open(info).unwrap(),
            connections: (0..connections).map(|_| OnceCell::new()).collect(),
            places: (0..Sessions::COUNT).map(|item| place(item).into_bytes()).collect(),
        }
    }

    async fn connection(&self) -> MultiplexedConnection {
        let connection = &self.connections[NUMBER.get() % self.connections.len()];
        connection.get_or_init(|| self.open()).await.clone()
    }

    async fn open(&self) -> MultiplexedConnection {
        let mut connection = self.client.get_multiplexed_async_connection().await.unwrap();
        let mut load = redis::cmd("SCRIPT");
        load.arg("LOAD").arg(UPDATE);
        load.exec_async(&mut connection).await.unwrap();
        connection
    }
}

pub(crate) struct BareLoad {
    bare: Arc<Bare>,
    sessions: Arc<Sessions>,
}

impl BareLoad {
    pub(crate) fn new(bare: &Arc<Bare>, sessions: &Arc<Sessions>) -> Self {
        Self {
            bare: Arc::clone(bare),
            sessions: Arc::clone(sessions),
        }
    }
}

impl Contender for BareLoad {
    async fn operate(&self, item: usize) {
        let session = self.sessions.get(item);
        let mut connection = self.bare.connection().await;
        let mut get = redis::cmd("GET");
        get.arg(&self.bare.places[item]);
        let value: Vec<u8> = get.query_async(&mut connection).await.unwrap();
        assert!(value.ends_with(&session.payload));
    }
}

pub(crate) struct BareUpdate {
    bare: Arc<Bare>,
    sessions: Arc<Sessions>,
    digest: String,
    now: String,
}

impl BareUpdate {
    pub(crate) fn new(bare: &Arc<Bare>, sessions: &Arc<Sessions>) -> Self {
        Self {
            bare: Arc::clone(bare),
            sessions: Arc::clone(sessions),
            digest: Script::new(UPDATE).get_hash().to_owned(),
            now: NOW.as_millis().to_string(),
        }
    }
}

impl Contender for BareUpdate {
    async fn operate(&self, item: usize) {
        let session = self.sessions.get(item);
        let mut connection = self.bare.connection().await;
        let mut get = redis::cmd("GET");
        get.arg(&self.bare.places[item]);
        let value: Vec<u8> = get.query_async(&mut connection).await.unwrap();
        assert!(value.ends_with(&session.payload));
        let (before, expected) = (&value[..17], &value[25..33]);
        let revision = u64::from_be_bytes(expected.try_into().unwrap()) + 1;
        let after = [&revision.to_be_bytes(), &value[33..]].concat();
        let mut update = redis::cmd("EVALSHA");
        update
            .arg(&self.digest)
            .arg(1)
            .arg(&self.bare.places[item])
            .arg(&self.now)
            .arg(expected)
            .arg(before)
            .arg(&after)
            .arg(TIME_TO_LIVE)
            .arg("");
        // The task may go on in another thread.
        let mut connection = self.bare.connection().await;
        let answer: (String,) = update.query_async(&mut connection).await.unwrap();
        assert_eq!(answer.0, "applied");
    }
}
