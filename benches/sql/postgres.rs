//! `PostgresStore` against the driver that it is made of, and against axum_session's.

mod bare;
mod measure;
mod rival;

use std::process::ExitCode;
use std::sync::Arc;

use axum_session_sqlx::SessionPgPool;
use session_bench::variable;
use session_core::{Owner, Record, StoreKey};
use session_store_sql::PostgresStore;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions as _, Postgres};

use bare::{Driver, Row, Source, numbers};
use measure::{Engine, Field, PATIENCE, TABLE, measure};

fn main() -> ExitCode {
    // TLS would cost everybody the same, and hide what is compared.
    let url = variable("SESSION_KIT_POSTGRES_URL").map(|url| format!("{url}?sslmode=disable"));
    measure::<Postgres>(url)
}

impl Engine for Postgres {
    const SUBJECT: &'static str = "postgres";

    fn connections() -> usize {
        10
    }

    async fn field(url: String, connections: usize) -> Field<Self> {
        let default: PgConnectOptions = url.parse().unwrap();
        let options = default.clone().disable_statement_logging();
        let pool = || PgPoolOptions::new().max_connections(connections.try_into().unwrap());
        let default = pool().connect_with(default).await.unwrap();
        let pool = pool().test_before_acquire(false);
        let pool = pool.connect_with(options.clone()).await.unwrap();
        let mut shelf = Vec::new();
        for _ in 0..connections {
            shelf.push(options.connect().await.unwrap());
        }
        let server = sqlx::query_scalar("SHOW server_version").fetch_one(&pool);
        let store = PostgresStore::builder(url).table(TABLE).connections(connections);
        let store = store.connect_timeout(PATIENCE).response_timeout(PATIENCE);
        let store_on_pool = PostgresStore::from_pool(pool.clone()).table(TABLE);
        Field {
            server: server.await.unwrap(),
            stores: vec![
                ("store", Arc::new(store.connect().await.unwrap())),
                ("store on pool", Arc::new(store_on_pool.connect().await.unwrap())),
            ],
            bare: vec![
                ("bare", Source::Pool(pool).into()),
                ("bare, default", Source::Pool(default.clone()).into()),
                ("bare, no pool", Source::shelf(shelf).into()),
            ],
            axum_session: Some(Arc::new(SessionPgPool::from(default))),
        }
    }
}

impl Driver for Postgres {
    const LOAD: &'static str = include_str!("../../session-store-sql/src/postgres/sql/load.sql");
    const UPDATE: &'static str = include_str!("../../session-store-sql/src/postgres/sql/update.sql");
    const CREATE: &'static str = include_str!("../../session-store-sql/src/postgres/sql/create.sql");

    async fn load(connection: &mut PgConnection, sql: &'static str, key: &StoreKey, now: i64) -> Option<Row> {
        let load = sqlx::query_as(sql).bind(key.as_bytes().as_slice()).bind(now);
        load.fetch_optional(connection).await.unwrap()
    }

    async fn update(
        connection: &mut PgConnection,
        sql: &'static str,
        key: &StoreKey,
        row: &Row,
        revision: i64,
        now: i64,
    ) -> u64 {
        let (_, expected, _, last_seen_at, expires_at, _, payload) = row;
        let update = sqlx::query_scalar(sql)
            .bind(key.as_bytes().as_slice())
            .bind(now)
            .bind(expected)
            .bind(revision)
            .bind(last_seen_at)
            .bind(expires_at)
            .bind(payload.as_slice());
        // One says that it was done.
        let answer: Option<i64> = update.fetch_optional(connection).await.unwrap();
        u64::from(answer == Some(1))
    }

    async fn create(connection: &mut PgConnection, sql: &'static str, key: &StoreKey, record: &Record) -> u64 {
        let [revision, created_at, last_seen_at, expires_at] = numbers(record);
        let create = sqlx::query(sql)
            .bind(key.as_bytes().as_slice())
            .bind(revision)
            .bind(created_at)
            .bind(last_seen_at)
            .bind(expires_at)
            .bind(record.owner.as_ref().map(Owner::as_str))
            .bind(&*record.payload);
        create.execute(connection).await.unwrap().rows_affected()
    }
}
