//! The stores whose features are on, and the choice of one by a URL.

use std::sync::Arc;

use session_core::Store;
#[cfg(feature = "memory")]
#[doc(inline)]
pub use session_store_memory::{MemoryStore, MemoryStoreBuilder, WhenFull};
#[cfg(all(feature = "mongo", feature = "express"))]
#[doc(inline)]
pub use session_store_mongo::{ConnectMongoStore, ConnectMongodbSessionStore};
#[cfg(feature = "mongo")]
#[doc(inline)]
pub use session_store_mongo::{MongoConnectError, MongoStore, MongoStoreBuilder};
#[cfg(feature = "moving")]
#[doc(inline)]
pub use session_store_moving::{Migration, MigrationError, MovingStore, Progress};
#[cfg(all(feature = "redis", feature = "express"))]
#[doc(inline)]
pub use session_store_redis::ConnectRedisStore;
#[cfg(feature = "redis")]
#[doc(inline)]
pub use session_store_redis::{InvalidRedisUrl, NearCacheSettings, RedisConnectError, RedisStore, RedisStoreBuilder};
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
#[doc(inline)]
pub use session_store_sql::{InvalidName, SqlConnectError};
#[cfg(feature = "mysql")]
#[doc(inline)]
pub use session_store_sql::{MySqlStore, MySqlStoreBuilder};
#[cfg(feature = "postgres")]
#[doc(inline)]
pub use session_store_sql::{PostgresStore, PostgresStoreBuilder};
#[cfg(feature = "sqlite")]
#[doc(inline)]
pub use session_store_sql::{SqliteStore, SqliteStoreBuilder};

/// Every scheme, and the Cargo feature that brings its store.
const SCHEMES: [(&str, &str); 15] = [
    ("memory", "memory"),
    ("redis", "redis"),
    ("rediss", "redis"),
    ("redis+unix", "redis"),
    ("redis+sentinel", "redis"),
    ("rediss+sentinel", "redis"),
    ("redis+cluster", "redis"),
    ("rediss+cluster", "redis"),
    ("postgres", "postgres"),
    ("postgresql", "postgres"),
    ("mysql", "mysql"),
    ("mariadb", "mysql"),
    ("sqlite", "sqlite"),
    ("mongodb", "mongo"),
    ("mongodb+srv", "mongo-srv"),
];

/// The store that `url` names by its scheme, with its default settings: for programs whose operator chooses the store.
///
/// - `memory:` is a new `MemoryStore`, with nothing after the colon. Feature `memory`.
/// - `redis:`, `rediss:`, `redis+unix:`, `redis+sentinel:`, `rediss+sentinel:`, `redis+cluster:` and `rediss+cluster:` are a
///   `RedisStore`, whose `connect` says what follows them. Feature `redis`.
/// - `postgres:` and `postgresql:` are a `PostgresStore`. Feature `postgres`.
/// - `mysql:` and `mariadb:` are a `MySqlStore`. Feature `mysql`.
/// - `sqlite:` and a path are a `SqliteStore`. Feature `sqlite`.
/// - `mongodb:` is a `MongoStore`. Feature `mongo`; `mongodb+srv:`, whose host is a DNS record that names the servers, is in feature `mongo-srv`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use session_kit::store::{self, ConnectError};
///
/// let error = store::connect("carrier-pigeon://loft").await.unwrap_err();
/// assert!(matches!(error, ConnectError::UnknownScheme(scheme) if scheme == "carrier-pigeon"));
/// # }
/// ```
///
/// # Errors
///
/// When the URL names no store, or one that this build does not have. Messages show no more of it than the scheme, for
/// URLs hold passwords.
#[cfg_attr(
    not(any(
        feature = "mongo",
        feature = "mysql",
        feature = "postgres",
        feature = "redis",
        feature = "sqlite"
    )),
    expect(
        clippy::unused_async,
        reason = "stores that have a server or a file connect to it here"
    )
)]
pub async fn connect(url: &str) -> Result<Arc<dyn Store>, ConnectError> {
    let (scheme, address) = url
        .split_once(':')
        .filter(|(scheme, _)| is_scheme(scheme))
        .ok_or(ConnectError::NoScheme)?;
    let known = SCHEMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(scheme));
    let Some(&(scheme, feature)) = known else {
        return Err(ConnectError::UnknownScheme(scheme.to_owned()));
    };
    match (feature, address) {
        #[cfg(feature = "memory")]
        ("memory", "") => Ok(Arc::new(MemoryStore::new())),
        #[cfg(feature = "memory")]
        ("memory", _) => Err(ConnectError::MemoryHasNoAddress),
        #[cfg(feature = "redis")]
        ("redis", _) => Ok(Arc::new(RedisStore::connect(url).await?)),
        #[cfg(feature = "postgres")]
        ("postgres", _) => Ok(Arc::new(PostgresStore::connect(url).await?)),
        #[cfg(feature = "mysql")]
        ("mysql", _) => Ok(Arc::new(MySqlStore::connect(url).await?)),
        #[cfg(feature = "sqlite")]
        ("sqlite", _) => Ok(Arc::new(SqliteStore::connect(url).await?)),
        #[cfg(feature = "mongo")]
        ("mongo", _) => Ok(Arc::new(MongoStore::connect(url).await?)),
        #[cfg(feature = "mongo-srv")]
        ("mongo-srv", _) => Ok(Arc::new(MongoStore::connect(url).await?)),
        _ => Err(ConnectError::MissingFeature { scheme, feature }),
    }
}

/// A store can't be had by its URL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The text is no URL.
    #[error("the session store's URL has no scheme, needs one of {}", known_schemes())]
    NoScheme,
    /// No store of ours goes by this scheme.
    #[error("`{0}:` is no session store, needs one of {known}", known = known_schemes())]
    UnknownScheme(String),
    /// The store is known, but its Cargo feature is off.
    #[error("the session store of `{scheme}:` is not part of this build, needs the Cargo feature `{feature}`")]
    MissingFeature {
        /// The URL's scheme.
        scheme: &'static str,
        /// What has to be switched on.
        feature: &'static str,
    },
    /// There is one memory, so nothing to name after the colon.
    #[error("the session store `memory:` has no address, needs nothing after the colon")]
    MemoryHasNoAddress,
    /// There is no store in Redis.
    #[cfg(feature = "redis")]
    #[error(transparent)]
    Redis(#[from] RedisConnectError),
    /// There is no store in that SQL database.
    #[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
    #[error(transparent)]
    Sql(#[from] SqlConnectError),
    /// There is no store in that MongoDB.
    #[cfg(feature = "mongo")]
    #[error(transparent)]
    Mongo(#[from] MongoConnectError),
}

/// RFC 3986 section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character))
}

fn known_schemes() -> String {
    SCHEMES.map(|(scheme, _)| format!("{scheme}:")).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refusal_of(url: &str) -> String {
        connect(url).await.unwrap_err().to_string()
    }

    #[cfg(feature = "memory")]
    #[tokio::test]
    async fn memory_is_a_scheme_without_an_address() {
        assert!(connect("memory:").await.is_ok());
        assert!(connect("MEMORY:").await.is_ok());
        assert!(refusal_of("memory://shop").await.contains("nothing after the colon"));
    }

    #[cfg(feature = "redis")]
    #[tokio::test]
    async fn a_redis_store_says_what_its_url_should_look_like() {
        for scheme in ["redis", "rediss"] {
            for kind in ["sentinel", "cluster"] {
                let refusal = refusal_of(&format!("{scheme}+{kind}://:secret@")).await;
                assert!(
                    refusal.contains(&format!("needs the form redis+{kind}://")),
                    "{refusal}"
                );
                assert!(!refusal.contains("secret"), "{refusal}");
            }
        }
        assert!(refusal_of("redis+unix:secret").await.contains("redis+unix:///path"));
    }

    #[cfg(feature = "postgres")]
    #[tokio::test]
    async fn a_postgres_store_says_what_its_url_should_look_like() {
        let refusal = refusal_of("postgres://:secret@host:port/").await;
        assert!(refusal.contains("needs the form postgres://user"), "{refusal}");
        assert!(!refusal.contains("secret"), "{refusal}");
    }

    #[cfg(feature = "mysql")]
    #[tokio::test]
    async fn a_mysql_store_says_what_its_url_should_look_like() {
        let refusal = refusal_of("mariadb://:secret@host:port/").await;
        assert!(refusal.contains("needs the form mysql://user"), "{refusal}");
        assert!(!refusal.contains("secret"), "{refusal}");
    }

    #[cfg(feature = "mongo")]
    #[tokio::test]
    async fn a_mongo_store_says_what_its_url_should_look_like() {
        let refusal = refusal_of("mongodb://:secret@host:port/").await;
        assert!(refusal.contains("needs the form mongodb://user"), "{refusal}");
        assert!(!refusal.contains("secret"), "{refusal}");
    }

    #[tokio::test]
    async fn a_store_that_is_not_built_names_its_feature() {
        let missing: &[(&str, &str)] = &[
            #[cfg(not(feature = "redis"))]
            ("redis://:secret@cache:6379", "redis"),
            #[cfg(not(feature = "redis"))]
            ("rediss://:secret@cache", "redis"),
            #[cfg(not(feature = "postgres"))]
            ("postgresql://shop:secret@db/shop", "postgres"),
            #[cfg(not(feature = "mysql"))]
            ("mariadb://shop:secret@db/shop", "mysql"),
            #[cfg(not(feature = "sqlite"))]
            ("sqlite:secret.db", "sqlite"),
            #[cfg(not(feature = "mongo"))]
            ("mongodb://shop:secret@db", "mongo"),
            #[cfg(not(feature = "mongo-srv"))]
            ("mongodb+srv://shop:secret@db", "mongo-srv"),
        ];
        for (url, feature) in missing {
            let refusal = refusal_of(url).await;
            assert!(refusal.contains("is not part of this build"), "{refusal}");
            assert!(
                refusal.ends_with(&format!("the Cargo feature `{feature}`")),
                "{refusal}"
            );
            assert!(!refusal.contains("secret"), "{refusal}");
        }
    }

    #[tokio::test]
    async fn what_names_no_store_is_told_the_schemes_that_do() {
        for url in ["", "memory", ":", "secret password", "2redis://x", "foo:secret"] {
            let refusal = refusal_of(url).await;
            assert!(refusal.contains("needs one of memory: redis: rediss:"), "{refusal}");
            assert!(!refusal.contains("secret"), "{refusal}");
        }
        assert!(refusal_of("foo:bar").await.starts_with("`foo:` is no session store"));
    }
}
