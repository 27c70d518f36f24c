//! The servers that `scripts/services` has started, and those that tests start themselves.

#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic, and none needs everything"
)]

#[macro_use]
mod engines;
pub(crate) mod client;
pub(crate) mod engine;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
pub(crate) mod protocol;
pub(crate) mod proxy;
pub(crate) mod server;
#[cfg(feature = "sqlite")]
pub(crate) mod threads;

#[cfg(feature = "sqlite")]
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

#[cfg(feature = "mysql")]
use session_store_sql::{MySqlStore, MySqlStoreBuilder};
#[cfg(feature = "postgres")]
use session_store_sql::{PostgresStore, PostgresStoreBuilder};
#[cfg(feature = "sqlite")]
use session_store_sql::{SqliteStore, SqliteStoreBuilder};
pub(crate) use session_test_support::{
    chain, folder, load, other_process, patience, session, storm, variable, visitor,
};

/// For stores whose answers are looked at, not their pace: the machine may be busy.
pub(crate) const LIMIT: Duration = Duration::from_secs(10);

/// A name that nobody else has, for tables.
pub(crate) fn table() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("t{}_{number}", process::id())
}

/// A store of its own on MariaDB.
#[cfg(feature = "mysql")]
pub(crate) fn mysql() -> MySqlStoreBuilder {
    MySqlStore::builder(variable("SESSION_KIT_MYSQL_URL"))
        .table(table())
        .connections(4)
        .connect_timeout(LIMIT)
        .response_timeout(LIMIT)
}

/// A store of its own on the PostgreSQL whose URL has this name.
#[cfg(feature = "postgres")]
pub(crate) fn postgres(name: &str) -> PostgresStoreBuilder {
    PostgresStore::builder(variable(name))
        .table(table())
        .connections(4)
        .connect_timeout(LIMIT)
        .response_timeout(LIMIT)
}

/// A store in a file of its own, which is gone when the test ends.
#[cfg(feature = "sqlite")]
pub(crate) fn sqlite() -> SqliteStoreBuilder {
    SqliteStore::builder(url(&folder::Folder::of_this_test())).response_timeout(LIMIT)
}

/// Where tests have their database in a folder.
#[cfg(feature = "sqlite")]
pub(crate) fn url(folder: &Path) -> String {
    format!("sqlite://{}/sessions.db", folder.display())
}

/// The URL with one more parameter.
pub(crate) fn with_parameter(url: &str, parameter: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{parameter}")
}
