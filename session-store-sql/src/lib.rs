//! The SQL session stores of `session-kit`: PostgreSQL, MySQL and MariaDB, SQLite.
//!
#![cfg_attr(
    feature = "postgres",
    doc = "[`PostgresStore`] keeps the whole contract of [`Store`](session_core::Store) on PostgreSQL 12 and newer (feature `postgres`),"
)]
#![cfg_attr(
    not(feature = "postgres"),
    doc = "`PostgresStore` is for PostgreSQL (feature `postgres`),"
)]
#![cfg_attr(
    feature = "mysql",
    doc = "[`MySqlStore`] on MariaDB 10.6 and newer and MySQL 8 and newer (feature `mysql`),"
)]
#![cfg_attr(
    not(feature = "mysql"),
    doc = "`MySqlStore` for MySQL and MariaDB (feature `mysql`),"
)]
#![cfg_attr(
    feature = "sqlite",
    doc = "[`SqliteStore`] on a file, without a server (feature `sqlite`)."
)]
#![cfg_attr(
    not(feature = "sqlite"),
    doc = "`SqliteStore` for a file, without a server (feature `sqlite`)."
)]
//!
//! # What they keep
//!
//! A session is one row: the key (SHA-256 of the id), revision, moments, owner, and the payload of at most 16 MiB. After a rotation a second row, the
//! mark, stands under the old key and names the new one. A second table remembers for an hour since when an owner's
//! sign-ins count again. Moments are whole milliseconds since 1970, handed in by the manager: the server's clock and time zone do not matter.
//!
//! # Round trips
//!
//! | | PostgreSQL | MySQL, MariaDB | SQLite |
//! |---|---|---|---|
//! | load, create, signed in or not | 1 | 1 | 1 |
//! | update, touch: done; any other answer | 1; 1 | 1; 2 | 1; 1 |
//! | rotate: done; any other answer | 1; 1 | 1; 2 | 1; 1 |
//! | delete: ended; nothing there | 1; 1 | 1; 2 | 1; 1 |
//! | sessions of an owner; end of all of them | 1; 2 | 1; 3 | 1; 2 |
//! | a batch of clean-up | 1, 2 if there is not much left | 1; 2 | 1; 2 |
//!
//! SQLite's are turns of the thread that its connection lives on. The first use of a statement on a connection costs one more, for its
//! preparation. A connection that has rested for a second is asked whether it is alive before it is used: one more, too. In a pool of
//! the application's the driver asks whenever a connection comes back, which nobody waits for, and by default when it is taken, which is.
//!
//! # What waits travels together
//!
//! Loads have four connections at once, and so have updates; SQLite has one for updates. While those take long (20 ms), up to half of all
//! connections. Whoever finds them taken does not wait for one alone: all
//! who wait are the next statement, up to 128 of them ([`session_batching`]). Each is answered for itself: those whose
//! updates did not find their revision are told by one more statement what is there. A caller who finds a connection free sends the plain statement and waits for nobody.
//!
//! # Why signing out everywhere misses nothing
//!
//! The end of all sessions of an owner first moves the owner's **cut-off**, as a transaction of its own, and then deletes. A sign-in reads the
//! cut-off in the statement that files the session, with a lock that makes one wait for the other. If the sign-in is first, the deletion sees its
//! row; if the cut-off is first, the sign-in sees that and files nothing. Rotations of sessions with an owner do the same.
//!
//! On a server a session is **the same row for its whole life**, whatever keys it has. So whoever waits for a row while it is rotated
//! finds the session after it, and a deletion that meets a rotation ends the session under its new key. SQLite has one writer at a
//! time, and a deletion follows the marks.
//!
//! # Connections
//!
//! A store opens its own, when they are needed and as many as it may. Statements are prepared once on each. On PostgreSQL they have the
//! planner go by indexes: a plan from the days when the table was small would be kept while it grows. Whoever finds none free waits in line.
//! A connection whose answer did not come within the time limit, or whose caller went away in the middle, is closed: no
//! answer can reach the wrong caller. When one fails, all that have rested since before are asked before they are used.
//!
//! Version 0.9.0 of sqlx leaves Nagle's algorithm on, so an encrypted message of more than 16 KiB takes about 40 milliseconds longer than
//! it should ([issue 4335](https://github.com/transact-rs/sqlx/issues/4335), mended but not released). Updates that travel together stay
//! below that unless the connection can't be encrypted; a session that is larger by itself does not.

#![cfg_attr(
    not(all(feature = "postgres", feature = "mysql", feature = "sqlite")),
    allow(
        dead_code,
        unused_imports,
        unused_macros,
        reason = "not every engine needs everything"
    )
)]

mod connect_error;
mod connections;
mod engine;
mod failure;
mod given;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod host;
mod judgement;
mod limits;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod message;
#[cfg(feature = "mysql")]
mod mysql;
mod names;
#[cfg(feature = "postgres")]
mod postgres;
mod repeated;
mod row;
mod several;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statement;
mod tables;
mod value;

pub use connect_error::SqlConnectError;
#[cfg(feature = "mysql")]
pub use mysql::{MySqlStore, MySqlStoreBuilder};
pub use names::InvalidName;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresStore, PostgresStoreBuilder};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteStore, SqliteStoreBuilder};

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
