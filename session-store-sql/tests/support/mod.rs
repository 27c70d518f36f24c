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
pub(crate) mod folder;
pub(crate) mod load;
#[cfg(feature = "mysql")]
mod mysql;
pub(crate) mod other_process;
pub(crate) mod patience;
#[cfg(feature = "postgres")]
mod postgres;
mod processes;
pub(crate) mod protocol;
pub(crate) mod proxy;
pub(crate) mod server;
pub(crate) mod session;
pub(crate) mod visitor;

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

/// For stores whose answers are looked at, not their pace: the machine may be busy.
pub(crate) const LIMIT: Duration = Duration::from_secs(10);

/// What `scripts/services` says under `name`.
pub(crate) fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!(
            "{name} is not set, needs servers: `scripts/services run cargo test -p session-store-sql --all-features`"
        )
    })
}

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

/// What `error` says, with all its causes.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
