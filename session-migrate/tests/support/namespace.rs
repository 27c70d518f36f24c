//! Stores of a test's own on the servers that `scripts/services` has started.

use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use session_kit::store::{MongoStore, MySqlStore, RedisStore, SqliteStore};
use session_test_support::folder::Folder;
use session_test_support::variable;

/// Many tests at once share few processors.
const LIMIT: Duration = Duration::from_secs(20);

/// A name that nobody else has.
fn name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("move_{}_{number}", process::id())
}

pub(crate) async fn redis() -> RedisStore {
    redis_at("SESSION_KIT_REDIS_URL").await
}

pub(crate) async fn redis_cluster() -> RedisStore {
    redis_at("SESSION_KIT_REDIS_CLUSTER_URL").await
}

async fn redis_at(url: &str) -> RedisStore {
    let builder = RedisStore::builder(variable(url)).prefix(format!("{}:", name()));
    builder.connections(2).connect().await.unwrap()
}

pub(crate) async fn mongo() -> MongoStore {
    let builder = MongoStore::builder(variable("SESSION_KIT_MONGO_URL")).collection(name());
    builder.response_timeout(LIMIT).connect().await.unwrap()
}

pub(crate) async fn mysql() -> MySqlStore {
    let builder = MySqlStore::builder(variable("SESSION_KIT_MYSQL_URL")).table(name());
    let builder = builder.connections(4).connect_timeout(LIMIT).response_timeout(LIMIT);
    builder.connect().await.unwrap()
}

pub(crate) async fn sqlite() -> SqliteStore {
    let file = Folder::of_this_test().join(format!("{}.db", name()));
    SqliteStore::connect(format!("sqlite://{}", file.display()))
        .await
        .unwrap()
}
