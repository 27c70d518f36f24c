//! `SqliteStore` against the driver that it is made of.

mod bare;
mod measure;
mod rival;

use std::process::ExitCode;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use session_bench::Folder;
use session_core::{Owner, Record, StoreKey};
use session_store_sql::SqliteStore;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Either, Executor as _, Sqlite};

use bare::{Driver, Row, Source, numbers};
use measure::{Connections, Engine, Field, PATIENCE, TABLE, measure};

fn main() -> ExitCode {
    let folder = Folder::new();
    measure::<Sqlite>(Ok(format!("sqlite:{}", folder.path().join("sessions.db").display())))
}

impl Engine for Sqlite {
    const SUBJECT: &'static str = "sqlite";

    fn connections() -> usize {
        available_parallelism().map_or(1, usize::from).min(8)
    }

    async fn field(url: String, connections: usize) -> Field<Self> {
        // Waiting for the disk at each write would cost everybody the same, and hide what is compared.
        let store = SqliteStore::builder(&url)
            .may_lose_last_writes_on_power_loss()
            .response_timeout(PATIENCE);
        let store = store.table(TABLE).connections(connections).connect().await.unwrap();
        let default: SqliteConnectOptions = url.parse().unwrap();
        let default = default.synchronous(SqliteSynchronous::Normal);
        // The store's.
        let options = default
            .clone()
            .busy_timeout(Duration::from_millis(20))
            .pragma("journal_size_limit", (64 * 1024 * 1024).to_string())
            .disable_statement_logging();
        let pool = |most: usize| SqlitePoolOptions::new().max_connections(most.try_into().unwrap());
        let default = pool(4).connect_with(default).await.unwrap();
        let pool = |most| pool(most).test_before_acquire(false).connect_with(options.clone());
        let (readers, writer) = (pool(connections).await.unwrap(), pool(1).await.unwrap());
        let mut shelves = [Vec::new(), Vec::new()];
        for number in 0..=connections {
            shelves[usize::from(number == 0)].push(options.connect().await.unwrap());
        }
        let [readers_shelf, writer_shelf] = shelves.map(Source::shelf);
        let store_on_pool = SqliteStore::from_pool(default.clone()).table(TABLE);
        Field {
            server: sqlx::query_scalar("SELECT sqlite_version()")
                .fetch_one(&default)
                .await
                .unwrap(),
            stores: vec![
                ("store", Arc::new(store)),
                ("store on 4", Arc::new(store_on_pool.connect().await.unwrap())),
            ],
            bare: vec![
                (
                    "bare",
                    Connections {
                        reads: Source::Pool(readers),
                        writes: Source::Pool(writer),
                    },
                ),
                ("bare, 4", Source::Pool(default).into()),
                (
                    "bare, no pool",
                    Connections {
                        reads: readers_shelf,
                        writes: writer_shelf,
                    },
                ),
            ],
            axum_session: None,
        }
    }
}

impl Driver for Sqlite {
    const LOAD: &'static str = include_str!("../../session-store-sql/src/sqlite/sql/load.sql");
    const UPDATE: &'static str = include_str!("../../session-store-sql/src/sqlite/sql/update.sql");
    const CREATE: &'static str = include_str!("../../session-store-sql/src/sqlite/sql/create.sql");

    async fn load(connection: &mut SqliteConnection, sql: &'static str, key: &StoreKey, now: i64) -> Option<Row> {
        let load = sqlx::query_as(sql).bind(key.as_bytes().as_slice()).bind(now);
        load.fetch_optional(connection).await.unwrap()
    }

    async fn update(
        connection: &mut SqliteConnection,
        sql: &'static str,
        key: &StoreKey,
        row: &Row,
        revision: i64,
        now: i64,
    ) -> u64 {
        let (_, expected, _, last_seen_at, expires_at, _, payload) = row;
        let update = sqlx::query(sql)
            .bind(key.as_bytes().as_slice())
            .bind(now)
            .bind(expected)
            .bind(revision)
            .bind(last_seen_at)
            .bind(expires_at)
            .bind(payload.as_slice());
        written(connection, update).await
    }

    async fn create(connection: &mut SqliteConnection, sql: &'static str, key: &StoreKey, record: &Record) -> u64 {
        let [revision, created_at, last_seen_at, expires_at] = numbers(record);
        let create = sqlx::query(sql)
            .bind(key.as_bytes().as_slice())
            .bind(revision)
            .bind(created_at)
            .bind(last_seen_at)
            .bind(expires_at)
            .bind(record.owner.as_ref().map(Owner::as_str))
            .bind(&*record.payload)
            .bind(None::<i64>);
        written(connection, create).await
    }
}

/// How many rows the first part of the statement has written; the second only reads.
async fn written(connection: &mut SqliteConnection, query: Query<'_, Sqlite, SqliteArguments>) -> u64 {
    let mut steps = connection.fetch_many(query);
    let mut written = None;
    while let Some(step) = steps.try_next().await.unwrap() {
        if let Either::Left(result) = step {
            written.get_or_insert(result.rows_affected());
        }
    }
    written.unwrap()
}
