//! The contract of a store, kept on every engine and on each way to it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

macro_rules! on {
    ($($name:ident: $store:expr;)*) => {$(
        mod $name {
            use super::*;

            session_conformance::store_contract!(async { $store.connect().await.unwrap() });
        }
    )*};
}

#[cfg(feature = "mysql")]
mod mysql {
    use session_store_sql::{MySqlStore, MySqlStoreBuilder};
    use sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions, MySqlSslMode};

    use super::support::{LIMIT, mysql, table, variable};

    on! {
        own_connections: mysql();
        pool: pool().await;
        tls: tls();
    }

    mod manager {
        use super::*;

        session_conformance::manager_contract!(async { mysql().connect().await.unwrap() });
    }

    async fn pool() -> MySqlStoreBuilder {
        let pool = MySqlPoolOptions::new().max_connections(4).test_before_acquire(false);
        let pool = pool.connect(&variable("SESSION_KIT_MYSQL_URL")).await.unwrap();
        MySqlStore::from_pool(pool).table(table()).response_timeout(LIMIT)
    }

    fn tls() -> MySqlStoreBuilder {
        let options: MySqlConnectOptions = variable("SESSION_KIT_MYSQL_URL").parse().unwrap();
        let options = options
            .ssl_mode(MySqlSslMode::VerifyIdentity)
            .ssl_ca(variable("SESSION_KIT_MYSQL_TLS_AUTHORITY"));
        MySqlStore::from_options(options)
            .table(table())
            .connections(4)
            .connect_timeout(LIMIT)
            .response_timeout(LIMIT)
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use session_store_sql::{PostgresStore, PostgresStoreBuilder};
    use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};

    use super::support::{LIMIT, postgres, table, variable};

    on! {
        own_connections: postgres("SESSION_KIT_POSTGRES_URL");
        schema: postgres("SESSION_KIT_POSTGRES_URL").schema("order");
        pool: pool("read committed").await;
        serialisable_pool: pool("serializable").await;
        tls: tls();
        pooler: postgres("SESSION_KIT_PGBOUNCER_URL").through_transaction_pooler();
    }

    mod manager {
        use super::*;

        session_conformance::manager_contract!(async { postgres("SESSION_KIT_POSTGRES_URL").connect().await.unwrap() });
    }

    /// An application may want more of its transactions than the store does.
    async fn pool(isolation: &str) -> PostgresStoreBuilder {
        let options: PgConnectOptions = variable("SESSION_KIT_POSTGRES_URL").parse().unwrap();
        let options = options.options([("default_transaction_isolation", isolation)]);
        let pool = PgPoolOptions::new().max_connections(4).test_before_acquire(false);
        PostgresStore::from_pool(pool.connect_with(options).await.unwrap())
            .table(table())
            .response_timeout(LIMIT)
    }

    fn tls() -> PostgresStoreBuilder {
        let options: PgConnectOptions = variable("SESSION_KIT_POSTGRES_URL").parse().unwrap();
        let options = options
            .ssl_mode(PgSslMode::VerifyFull)
            .ssl_root_cert(variable("SESSION_KIT_POSTGRES_TLS_AUTHORITY"));
        PostgresStore::from_options(options)
            .table(table())
            .connections(4)
            .connect_timeout(LIMIT)
            .response_timeout(LIMIT)
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use session_store_sql::{SqliteStore, SqliteStoreBuilder};
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};

    use super::support::folder::Folder;
    use super::support::{LIMIT, sqlite, url};

    on! {
        own_connections: sqlite();
        relaxed_durability: sqlite().may_lose_last_writes_on_power_loss();
        options: SqliteStore::from_options(options()).table("order").response_timeout(LIMIT);
        pool: pool(options().journal_mode(SqliteJournalMode::Wal)).await;
        pool_without_log: pool(options()).await;
    }

    mod manager {
        use super::*;

        session_conformance::manager_contract!(async { sqlite().connect().await.unwrap() });
    }

    /// Each with a writer of its own, as two processes have.
    mod two_stores {
        use session_conformance::TwoNodes;

        use super::*;

        session_conformance::store_contract!(async {
            let folder = Folder::of_this_test();
            let store = async || {
                SqliteStore::builder(url(&folder))
                    .response_timeout(LIMIT)
                    .connect()
                    .await
                    .unwrap()
            };
            TwoNodes::new(store().await, store().await)
        });
    }

    fn options() -> SqliteConnectOptions {
        let file = Folder::of_this_test().join("sessions.db");
        SqliteConnectOptions::new().filename(file).create_if_missing(true)
    }

    async fn pool(options: SqliteConnectOptions) -> SqliteStoreBuilder {
        let pool = SqlitePoolOptions::new().max_connections(4).test_before_acquire(false);
        SqliteStore::from_pool(pool.connect_with(options).await.unwrap()).response_timeout(LIMIT)
    }
}
