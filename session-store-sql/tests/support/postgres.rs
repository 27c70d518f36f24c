//! PostgreSQL, as tests need it.

use std::sync::Arc;
use std::time::Duration;

use session_core::Store;
use session_store_sql::{PostgresStore, PostgresStoreBuilder, SqlConnectError};
use sqlx::postgres::{PgConnection, PgPoolOptions};
use sqlx::{AssertSqlSafe, Row as _};

use super::engine::{BeforeAcquire, Engine, Settings};
use super::protocol::PostgresProtocol;
use super::variable;

pub(crate) struct Postgres;

impl Engine for Postgres {
    const SERVICE: &'static str = "postgres";
    const URL: &'static str = "SESSION_KIT_POSTGRES_URL";
    const ADMIN_URL: &'static str = "SESSION_KIT_POSTGRES_ADMIN_URL";
    const UNENCRYPTED: &'static str = "sslmode=disable";
    const ENCRYPTED: &'static str = "sslmode=require";
    const VERIFIED: &'static str = "sslmode=verify-full";
    const SCHEME: &'static str = "postgres";
    const GRANTS: &'static str = include_str!("../../schema/postgres/grants.sql");
    const DAMAGES: &'static [(&'static str, &'static str)] = &[
        ("payload = NULL", "holds nothing, needs a payload"),
        ("created_at = -1", "holds a negative number"),
        (
            r"successor = '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddee'::bytea",
            "holds 31 bytes, needs a key of 32 bytes",
        ),
        ("owner = ''", "owner"),
    ];
    const READ_ONLY: [&'static [&'static str]; 2] = [
        &[
            "ALTER SYSTEM SET default_transaction_read_only = on",
            "SELECT pg_reload_conf()::text",
        ],
        &[
            "ALTER SYSTEM RESET default_transaction_read_only",
            "SELECT pg_reload_conf()::text",
        ],
    ];
    const END_OTHERS: &'static str = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    const SAYS_GOODBYE: bool = true;
    const COUNT_CONNECTIONS: &'static str = "SELECT count(*)::text FROM pg_stat_activity WHERE usename = 'session'";

    const LEAST_LIMIT: Duration = Duration::from_millis(500);
    const GIVEN_UP_AFTER: Duration = Duration::from_millis(500);

    type Connection = PgConnection;
    type Protocol = PostgresProtocol;

    async fn connect(settings: Settings) -> Result<Arc<dyn Store>, SqlConnectError> {
        let store = PostgresStore::builder(&settings.url)
            .connections(settings.connections as usize)
            .connect_timeout(settings.connect_timeout);
        finish(store, settings).await
    }

    async fn connect_pool(settings: Settings, tests: BeforeAcquire) -> Result<Arc<dyn Store>, SqlConnectError> {
        let pool = PgPoolOptions::new()
            .max_connections(settings.connections)
            .test_before_acquire(tests == BeforeAcquire::Ping)
            .connect(&settings.url)
            .await
            .unwrap();
        finish(PostgresStore::from_pool(pool), settings).await
    }

    async fn ask(connection: &mut PgConnection, sql: &str) -> Result<Vec<String>, sqlx::Error> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(connection).await?;
        let first = rows.iter().map(|row| row.try_get_unchecked::<Option<String>, _>(0));
        first.map(|value| Ok(value?.unwrap_or_default())).collect()
    }

    fn authority() -> String {
        format!("sslrootcert={}", variable("SESSION_KIT_POSTGRES_TLS_AUTHORITY"))
    }

    fn schema(table: &str) -> String {
        include_str!("../../schema/postgres/1.sql").replace("session_kit", table)
    }

    fn create_user(user: &str, password: &str) -> String {
        format!("CREATE ROLE {user} LOGIN PASSWORD '{password}'")
    }

    fn drop_user(user: &str) -> String {
        format!("DROP OWNED BY {user}; DROP ROLE {user}")
    }

    fn bytes(bytes: &[u8]) -> String {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!(r"'\x{digits}'::bytea")
    }
}

async fn finish(store: PostgresStoreBuilder, settings: Settings) -> Result<Arc<dyn Store>, SqlConnectError> {
    let store = store.table(settings.table).response_timeout(settings.response_timeout);
    let store = if settings.migrates {
        store
    } else {
        store.without_migration()
    };
    Ok(Arc::new(store.connect().await?))
}
