//! The servers that `scripts/services` has started, and those that tests start themselves.

#![allow(
    dead_code,
    unused_imports,
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic, and none needs everything"
)]

pub(crate) mod cluster;
pub(crate) mod monitor;
pub(crate) mod moving_slot;
pub(crate) mod plain;
pub(crate) mod proxy;
pub(crate) mod sentinel;
pub(crate) mod server;
pub(crate) mod session;

use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use session_store_redis::{NearCacheSettings, RedisStore, RedisStoreBuilder};
pub(crate) use session_test_support::{chain, folder, load, other_process, patience, variable};

/// A prefix that nobody else has. The user with few rights may use those that begin so.
pub(crate) fn prefix() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("session:{}-{number}:", process::id())
}

/// A store of its own on the server whose URL has this name.
pub(crate) fn builder(name: &str) -> RedisStoreBuilder {
    RedisStore::builder(variable(name)).prefix(prefix()).connections(2)
}

pub(crate) fn with_authority(builder: RedisStoreBuilder) -> RedisStoreBuilder {
    builder.tls_authority(std::fs::read(variable("SESSION_KIT_REDIS_TLS_AUTHORITY")).unwrap())
}

pub(crate) fn with_certificate(builder: RedisStoreBuilder) -> RedisStoreBuilder {
    let read = |name| std::fs::read(variable(name)).unwrap();
    builder.tls_client_certificate(
        read("SESSION_KIT_REDIS_TLS_CERTIFICATE"),
        read("SESSION_KIT_REDIS_TLS_KEY"),
    )
}

pub(crate) fn with_near_cache(builder: RedisStoreBuilder) -> RedisStoreBuilder {
    builder.near_cache(NearCacheSettings::new())
}

pub(crate) async fn connect(builder: RedisStoreBuilder) -> RedisStore {
    builder.connect().await.unwrap()
}
