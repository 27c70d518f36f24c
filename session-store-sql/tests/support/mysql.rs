//! MySQL and MariaDB, as tests need them.

use std::sync::Arc;
use std::time::Duration;

use session_core::Store;
use session_store_sql::{MySqlStore, MySqlStoreBuilder, SqlConnectError};
use sqlx::mysql::{MySqlConnection, MySqlPoolOptions};
use sqlx::{AssertSqlSafe, Row as _};

use super::engine::{BeforeAcquire, Engine, Settings};
use super::protocol::MySqlProtocol;
use super::variable;

pub(crate) struct MySql;

impl Engine for MySql {
    const SERVICE: &'static str = "mysql";
    const URL: &'static str = "SESSION_KIT_MYSQL_URL";
    const ADMIN_URL: &'static str = "SESSION_KIT_MYSQL_ADMIN_URL";
    const UNENCRYPTED: &'static str = "ssl-mode=DISABLED";
    const ENCRYPTED: &'static str = "ssl-mode=REQUIRED";
    const VERIFIED: &'static str = "ssl-mode=VERIFY_IDENTITY";
    const SCHEME: &'static str = "mysql";
    const GRANTS: &'static str = include_str!("../../schema/mysql/grants.sql");
    const DAMAGES: &'static [(&'static str, &'static str)] = &[
        ("payload = NULL", "holds nothing, needs a payload"),
        ("created_at = -1", "holds a negative number"),
        ("owner = ''", "owner"),
    ];
    const READ_ONLY: [&'static [&'static str]; 2] = [&["SET GLOBAL read_only = ON"], &["SET GLOBAL read_only = OFF"]];
    const END_OTHERS: &'static str = "KILL CONNECTION USER session";
    const SAYS_GOODBYE: bool = false;
    const COUNT_CONNECTIONS: &'static str =
        "SELECT count(*) FROM information_schema.processlist WHERE user = 'session'";
    // It counts in whole seconds, and waits for at least one.
    const LEAST_LIMIT: Duration = Duration::from_millis(2500);
    const GIVEN_UP_AFTER: Duration = Duration::from_millis(2000);

    type Connection = MySqlConnection;
    type Protocol = MySqlProtocol;

    async fn connect(settings: Settings) -> Result<Arc<dyn Store>, SqlConnectError> {
        let store = MySqlStore::builder(&settings.url)
            .connections(settings.connections as usize)
            .connect_timeout(settings.connect_timeout);
        finish(store, settings).await
    }

    async fn connect_pool(settings: Settings, tests: BeforeAcquire) -> Result<Arc<dyn Store>, SqlConnectError> {
        let pool = MySqlPoolOptions::new()
            .max_connections(settings.connections)
            .test_before_acquire(tests == BeforeAcquire::Ping)
            .connect(&settings.url)
            .await
            .unwrap();
        finish(MySqlStore::from_pool(pool), settings).await
    }

    async fn ask(connection: &mut MySqlConnection, sql: &str) -> Result<Vec<String>, sqlx::Error> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(connection).await?;
        let first = rows.iter().map(|row| row.try_get_unchecked::<Option<Vec<u8>>, _>(0));
        first
            .map(|value| Ok(String::from_utf8_lossy(&value?.unwrap_or_default()).into_owned()))
            .collect()
    }

    fn authority() -> String {
        format!("ssl-ca={}", variable("SESSION_KIT_MYSQL_TLS_AUTHORITY"))
    }

    fn schema(table: &str) -> String {
        include_str!("../../schema/mysql/1.sql").replace("session_kit", table)
    }

    fn create_user(user: &str, password: &str) -> String {
        format!("CREATE USER `{user}`@`%` IDENTIFIED BY '{password}'")
    }

    fn drop_user(user: &str) -> String {
        format!("DROP USER `{user}`@`%`")
    }

    fn bytes(bytes: &[u8]) -> String {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("x'{digits}'")
    }
}

async fn finish(store: MySqlStoreBuilder, settings: Settings) -> Result<Arc<dyn Store>, SqlConnectError> {
    let store = store.table(settings.table).response_timeout(settings.response_timeout);
    let store = if settings.migrates {
        store
    } else {
        store.without_migration()
    };
    Ok(Arc::new(store.connect().await?))
}
