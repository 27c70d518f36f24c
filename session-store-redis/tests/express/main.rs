//! Sessions shared with connect-redis, past which these tests write what it might.

#![cfg(feature = "express")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod commands;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use redis::AsyncCommands as _;
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster_async::ClusterConnection;
use session_conformance::express::Subject;
use session_store_redis::{ConnectRedisStore, RedisStore};

use support::{plain, prefix, variable};

/// A store, and a connection past it.
struct OnRedis<C = MultiplexedConnection> {
    prefix: String,
    connection: C,
    store: ConnectRedisStore,
}

impl<C> OnRedis<C> {
    async fn open(name: &str, connection: C) -> Self {
        let prefix = prefix();
        let builder = RedisStore::builder(variable(name)).prefix(&*prefix).connections(2);
        Self {
            prefix,
            connection,
            store: ConnectRedisStore::open(builder).await.unwrap(),
        }
    }

    fn key(&self, sid: &str) -> String {
        format!("{}{sid}", self.prefix)
    }
}

async fn on_redis(name: &str) -> OnRedis {
    OnRedis::open(name, plain::connection(&variable(name)).await).await
}

async fn under_sentinel(name: &str) -> OnRedis {
    OnRedis::open(name, plain::master(&variable(name)).await).await
}

async fn on_cluster(name: &str) -> OnRedis<ClusterConnection> {
    OnRedis::open(name, plain::cluster(&variable(name)).await).await
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> Subject for OnRedis<C> {
    type Store = ConnectRedisStore;

    fn store(&self) -> ConnectRedisStore {
        self.store.clone()
    }

    async fn write(&self, sid: &str, text: &str) {
        let mut connection = self.connection.clone();
        let () = connection.set_ex(self.key(sid), text, 3600).await.unwrap();
    }

    async fn remove(&self, sid: &str) {
        let () = self.connection.clone().del(self.key(sid)).await.unwrap();
    }

    async fn persist(&self, sid: &str) {
        let () = self.connection.clone().persist(self.key(sid)).await.unwrap();
    }

    async fn end(&self, sid: &str) {
        let () = self.connection.clone().pexpire(self.key(sid), 0).await.unwrap();
    }

    async fn read(&self, sid: &str) -> Option<String> {
        self.connection.clone().get(self.key(sid)).await.unwrap()
    }

    async fn beside(&self, _: &str) -> Option<String> {
        None
    }

    async fn left(&self, sid: &str) -> Duration {
        let millis: i64 = self.connection.clone().pttl(self.key(sid)).await.unwrap();
        u64::try_from(millis).map_or(Duration::MAX, Duration::from_millis)
    }

    async fn count(&self) -> u64 {
        let keys: Vec<String> = self.connection.clone().keys(self.key("*")).await.unwrap();
        keys.len().try_into().unwrap()
    }

    fn keeps_text(&self) -> bool {
        true
    }
}

mod one_node {
    use super::*;

    session_conformance::express_contract!(async { on_redis("SESSION_KIT_REDIS_URL").await });
}

mod sentinel {
    use super::*;

    session_conformance::express_contract!(async { under_sentinel("SESSION_KIT_REDIS_SENTINEL_URL").await });
}

mod cluster {
    use super::*;

    session_conformance::express_contract!(async { on_cluster("SESSION_KIT_REDIS_CLUSTER_URL").await });
}

mod valkey {
    use super::*;

    session_conformance::express_contract!(async { on_redis("SESSION_KIT_VALKEY_URL").await });
}
