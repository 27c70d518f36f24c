//! Sessions shared with connect-redis, past which these tests write what it might.

#![cfg(feature = "express")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod commands;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use redis::AsyncCommands as _;
use redis::aio::MultiplexedConnection;
use session_conformance::express::Subject;
use session_store_redis::{ConnectRedisStore, RedisStore};

use support::{prefix, variable};

struct OnRedis {
    prefix: String,
    connection: MultiplexedConnection,
    store: ConnectRedisStore,
}

async fn on_redis(name: &str) -> OnRedis {
    let prefix = prefix();
    let builder = RedisStore::builder(variable(name)).prefix(&*prefix).connections(2);
    let client = redis::Client::open(variable(name)).unwrap();
    OnRedis {
        prefix,
        connection: client.get_multiplexed_async_connection().await.unwrap(),
        store: ConnectRedisStore::open(builder).await.unwrap(),
    }
}

impl OnRedis {
    fn key(&self, sid: &str) -> String {
        format!("{}{sid}", self.prefix)
    }
}

impl Subject for OnRedis {
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

mod valkey {
    use super::*;

    session_conformance::express_contract!(async { on_redis("SESSION_KIT_VALKEY_URL").await });
}
