//! The stores of this project.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use mongodb::Client;
use mongodb::bson::Document;
use session_core::Store;
use session_store_memory::MemoryStore;
use session_store_mongo::MongoStore;
use session_store_redis::RedisStore;
use session_store_sql::{MySqlStore, PostgresStore, SqliteStore};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, MySqlConnection, PgConnection, SqliteConnection};

use super::target::{Cause, Opened, Target};

/// Memory, Redis, PostgreSQL, MySQL, SQLite and MongoDB, by the URLs that the facade takes.
pub fn built_in() -> Vec<Box<dyn Target>> {
    vec![
        Box::new(Memory),
        Box::new(Redis),
        Box::new(Postgres),
        Box::new(MySql),
        Box::new(Sqlite),
        Box::new(Mongo),
    ]
}

/// Where MongoDB's own programs go with a URL that names none.
const NO_DATABASE: &str = "test";

struct Memory;
struct Redis;
struct Postgres;
struct MySql;
struct Sqlite;
struct Mongo;

fn opened(store: impl Store, remove: impl Future<Output = Result<(), Cause>> + Send + 'static) -> Opened {
    Opened {
        store: Arc::new(store),
        remove: Box::pin(remove),
    }
}

impl Target for Memory {
    fn takes(&self, scheme: &str) -> bool {
        scheme == "memory"
    }

    fn open<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<Opened, Cause>> {
        Box::pin(async { Ok(opened(MemoryStore::new(), async { Ok(()) })) })
    }
}

impl Target for Redis {
    fn takes(&self, scheme: &str) -> bool {
        matches!(
            scheme,
            "redis"
                | "rediss"
                | "redis+unix"
                | "redis+sentinel"
                | "rediss+sentinel"
                | "redis+cluster"
                | "rediss+cluster"
        )
    }

    fn open<'a>(&'a self, url: &'a str, namespace: &'a str) -> BoxFuture<'a, Result<Opened, Cause>> {
        Box::pin(async move {
            let builder = RedisStore::builder(url).prefix(format!("{namespace}:"));
            Ok(opened(builder.connect().await?, async { Ok(()) }))
        })
    }
}

impl Target for Postgres {
    fn takes(&self, scheme: &str) -> bool {
        matches!(scheme, "postgres" | "postgresql")
    }

    fn open<'a>(&'a self, url: &'a str, namespace: &'a str) -> BoxFuture<'a, Result<Opened, Cause>> {
        Box::pin(async move {
            let store = PostgresStore::builder(url).table(namespace).connect().await?;
            let (url, drop) = (url.to_owned(), drop_tables(namespace));
            Ok(opened(store, async move {
                let mut connection = PgConnection::connect(&url).await?;
                connection.execute(AssertSqlSafe(drop)).await?;
                Ok(connection.close().await?)
            }))
        })
    }
}

impl Target for MySql {
    fn takes(&self, scheme: &str) -> bool {
        matches!(scheme, "mysql" | "mariadb")
    }

    fn open<'a>(&'a self, url: &'a str, namespace: &'a str) -> BoxFuture<'a, Result<Opened, Cause>> {
        Box::pin(async move {
            let store = MySqlStore::builder(url).table(namespace).connect().await?;
            let (url, drop) = (url.to_owned(), drop_tables(namespace));
            Ok(opened(store, async move {
                let mut connection = MySqlConnection::connect(&url).await?;
                connection.execute(AssertSqlSafe(drop)).await?;
                Ok(connection.close().await?)
            }))
        })
    }
}

impl Target for Sqlite {
    fn takes(&self, scheme: &str) -> bool {
        scheme == "sqlite"
    }

    fn open<'a>(&'a self, url: &'a str, namespace: &'a str) -> BoxFuture<'a, Result<Opened, Cause>> {
        Box::pin(async move {
            let store = SqliteStore::builder(url).table(namespace).connect().await?;
            let url = url.to_owned();
            let drops = ["", "_cutoff", "_version"].map(|part| format!("DROP TABLE {namespace}{part}"));
            Ok(opened(store, async move {
                let mut connection = SqliteConnection::connect(&url).await?;
                for drop in drops {
                    connection.execute(AssertSqlSafe(drop)).await?;
                }
                Ok(connection.close().await?)
            }))
        })
    }
}

impl Target for Mongo {
    fn takes(&self, scheme: &str) -> bool {
        scheme == "mongodb"
    }

    fn open<'a>(&'a self, url: &'a str, namespace: &'a str) -> BoxFuture<'a, Result<Opened, Cause>> {
        Box::pin(async move {
            let client = Client::with_uri_str(url).await?;
            let database = client
                .default_database()
                .unwrap_or_else(|| client.database(NO_DATABASE));
            let builder = MongoStore::builder(url).database(database.name()).collection(namespace);
            let store = builder.connect().await?;
            let collection = database.collection::<Document>(namespace);
            Ok(opened(store, async move { Ok(collection.drop().await?) }))
        })
    }
}

/// The namespace is a plain name.
fn drop_tables(namespace: &str) -> String {
    format!("DROP TABLE {namespace}, {namespace}_cutoff, {namespace}_version")
}
