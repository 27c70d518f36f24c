//! The SQL session stores of `session-kit`: PostgreSQL, MySQL and MariaDB, SQLite.

mod connect_error;
mod connections;
mod engine;
mod failure;
mod given;
mod judgement;
mod limits;
#[cfg(feature = "mysql")]
mod mysql;
mod names;
#[cfg(feature = "postgres")]
mod postgres;
mod row;
mod statement;
mod tables;
mod value;

pub use connect_error::SqlConnectError;
#[cfg(feature = "mysql")]
pub use mysql::{MySqlStore, MySqlStoreBuilder};
pub use names::InvalidName;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresStore, PostgresStoreBuilder};
