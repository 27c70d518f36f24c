//! What only PostgreSQL can get wrong.

use futures_util::future::join_all;
use session_core::Store as _;
use session_store_sql::{PostgresStore, SqlConnectError};
use sqlx::postgres::PgPoolOptions;

use crate::refused;
use crate::support::client::Client;
use crate::support::engine::{Engine as _, Postgres, Settings};
use crate::support::session::NOW;
use crate::support::{postgres, table, variable, with_parameter};

#[tokio::test]
async fn a_database_that_is_not_in_utf_8_is_told() {
    let database = table();
    let mut admin = Client::<Postgres>::admin().await;
    let create = format!(
        "CREATE DATABASE {database} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0 OWNER session"
    );
    admin.tell(&create).await;
    let url = variable(Postgres::URL);
    let (server, _) = url.rsplit_once('/').unwrap();
    let settings = Settings::at(format!("{server}/{database}"));
    refused(Postgres::connect(settings).await, &["the encoding UTF8, not LATIN1"]);
    admin.tell(&format!("DROP DATABASE {database} WITH (FORCE)")).await;
}

#[tokio::test]
async fn a_transaction_pooler_that_was_not_told_of_is_recognised() {
    let settings = Settings::at(variable("SESSION_KIT_PGBOUNCER_URL"));
    refused(Postgres::connect(settings).await, &["through_transaction_pooler"]);
}

/// In a pool that gets past the pooler's first objection.
#[tokio::test]
async fn a_pool_on_a_transaction_pooler_is_recognised() {
    let options: sqlx::postgres::PgConnectOptions = variable("SESSION_KIT_PGBOUNCER_URL").parse().unwrap();
    let pool = PgPoolOptions::new()
        .max_connections(2)
        .connect_with(options)
        .await
        .unwrap();
    let mut said = Vec::new();
    for _ in 0..20 {
        match PostgresStore::from_pool(pool.clone()).table(table()).connect().await {
            Ok(store) => {
                // Its statements were prepared on other connections of the pooler's.
                let counts = join_all((0..20).map(|_| store.count(NOW))).await;
                said.extend(
                    counts
                        .into_iter()
                        .filter_map(Result::err)
                        .map(|error| crate::support::chain(&error)),
                );
            }
            Err(error) => said.push(crate::support::chain(&error)),
        }
    }
    assert!(!said.is_empty());
    assert!(
        said.iter().all(|said| said.contains("through_transaction_pooler")),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_pool_and_a_transaction_pooler_do_not_go_together() {
    let pool = PgPoolOptions::new().connect_lazy(&variable(Postgres::URL)).unwrap();
    let connected = PostgresStore::from_pool(pool)
        .through_transaction_pooler()
        .connect()
        .await;
    let error = refused(
        connected,
        &["through_transaction_pooler", "a URL or options, not a pool"],
    );
    assert!(matches!(error, SqlConnectError::PoolerAndPool));
}

#[tokio::test]
async fn a_connection_that_only_reads_is_told() {
    let url = with_parameter(
        &variable(Postgres::URL),
        "options=-c%20default_transaction_read_only%3Don",
    );
    refused(
        Postgres::connect(Settings::at(url)).await,
        &["a server that takes writes", "read-only"],
    );
}

/// Two applications, each with tables of its own.
#[tokio::test]
async fn a_schema_that_is_missing_is_made_once() {
    for _ in 0..10 {
        let schema = table();
        let starts = (0..8).map(|number| {
            let store = postgres(Postgres::URL)
                .schema(&schema)
                .table(format!("t{}", number % 2));
            tokio::spawn(store.connect())
        });
        for store in join_all(starts).await {
            let store = store.unwrap().unwrap();
            assert_eq!(store.count(NOW).await.unwrap(), 0);
        }
    }
}
