//! The SQL session stores of `session-kit`: PostgreSQL, MySQL and MariaDB, SQLite.

#![cfg_attr(
    not(all(feature = "postgres", feature = "mysql", feature = "sqlite")),
    allow(dead_code, reason = "not every engine needs everything")
)]

mod connect_error;
mod connections;
mod engine;
mod failure;
mod given;
mod judgement;
mod limits;
mod names;
#[cfg(feature = "postgres")]
mod postgres;
mod row;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statement;
mod tables;
mod value;

pub use connect_error::SqlConnectError;
pub use names::InvalidName;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresStore, PostgresStoreBuilder};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteStore, SqliteStoreBuilder};
