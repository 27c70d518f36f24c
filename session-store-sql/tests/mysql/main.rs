//! What only MySQL and MariaDB ask of a store: how its tables come to be, what it refuses, what it reads, and how much it takes.

#![cfg(feature = "mysql")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod payloads;
mod reads;
mod refusals;
mod rights;
#[path = "../support/mod.rs"]
mod support;
mod tables;

use session_core::{Created, Moment, Owner, Record, Revision, Rotation, Store as _, StoreKey};
use session_store_sql::{MySqlStore, SqlConnectError};
use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use support::variable;

const NOW: Moment = Moment::from_millis(1_000_000);
const END: Moment = Moment::from_millis(2_000_000);

async fn connection(variable_name: &str) -> MySqlConnection {
    MySqlConnection::connect(&variable(variable_name)).await.unwrap()
}

async fn run(connection: &mut MySqlConnection, sql: &str) {
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
}

/// A SQL file of ours, as its reader would change it.
fn file(sql: &str, table: &str) -> String {
    sql.replace("session_kit", table)
}

fn refusal(connected: Result<MySqlStore, SqlConnectError>) -> SqlConnectError {
    match connected {
        Ok(store) => panic!("{store:?} was not refused"),
        Err(error) => error,
    }
}

fn record(bytes: usize) -> Record {
    Record {
        revision: Revision::from_u64(1),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: END,
        owner: None,
        payload: vec![7; bytes].into(),
    }
}

fn owned(owner: &str) -> Record {
    Record {
        owner: Some(Owner::new(owner).unwrap()),
        ..record(100)
    }
}

fn key(byte: u8) -> StoreKey {
    StoreKey::from_bytes([byte; 32])
}

fn rotation<'a>(old: &'a StoreKey, new: &'a StoreKey, record: &'a Record) -> Rotation<'a> {
    Rotation {
        old,
        new,
        record,
        expected: Revision::from_u64(1),
        mark_until: END,
        signs_in: None,
    }
}

async fn create(store: &MySqlStore, key: &StoreKey, record: &Record) {
    let created = store.create(key, record, None, NOW).await.unwrap();
    assert_eq!(created, Created::Created);
}
