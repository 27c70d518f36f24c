//! HTTP sessions for any Rust web framework: a visitor's state lives in a store, the browser holds one signed cookie.
//!
//! Choose a framework and a store by Cargo feature; nothing is on by default.
//!
//! | feature | what it adds |
//! |---|---|
//! | `actix` | [`actix`]: a middleware and an extractor |
//! | `axum` | [`axum`]: a tower layer and an extractor |
//! | `rocket` | [`rocket`]: a fairing and a request guard |
//! | `express` | sessions shared with a running Express app, which keeps them in Redis or MongoDB |
//! | `memory` | [`store::MemoryStore`], for one process and for tests |
//! | `mongo` | [`store::MongoStore`], for MongoDB: from one server to a sharded cluster, with TLS |
//! | `mongo-srv` | `mongo`, and URLs that name a DNS record instead of servers: `mongodb+srv:` |
//! | `moving` | [`store::MovingStore`], for sessions that move from one store to another while they are in use |
//! | `redis` | [`store::RedisStore`], for Redis and Valkey: one server, Sentinel or Cluster, with TLS |
//! | `postgres` | [`store::PostgresStore`], for PostgreSQL, with TLS and through PgBouncer |
//! | `mysql` | [`store::MySqlStore`], for MySQL and MariaDB, with TLS |
//! | `sqlite` | [`store::SqliteStore`], for one machine: a file, and no server |
//!
//! The last three need Rust 1.94, `actix` and `rocket` 1.89, all else 1.88.
//!
//! ```toml
//! session-kit = { version = "0.1", features = ["axum", "memory"] }
//! ```
//!
#![cfg_attr(all(feature = "axum", feature = "memory"), doc = "```no_run")]
#![cfg_attr(not(all(feature = "axum", feature = "memory")), doc = "```ignore")]
//! use axum::{Router, routing::get};
//! use session_kit::axum::{Session, SessionError, SessionLayer};
//! use session_kit::{SessionManager, SigningKeys, store};
//!
//! async fn count(session: Session) -> Result<String, SessionError> {
//!     let visits = session.update("visits", |visits: &mut u64| { *visits += 1; *visits }).await?;
//!     Ok(format!("visit {visits}"))
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let keys = SigningKeys::from_environment("SESSION_SECRET")?;
//!     let manager = SessionManager::new(store::connect("memory:").await?, keys)?;
//!     let app = Router::new().route("/", get(count)).layer(SessionLayer::new(manager));
//!     axum::serve(tokio::net::TcpListener::bind("127.0.0.1:3000").await?, app).await?;
//!     Ok(())
//! }
//! ```
//!
//! Handlers work with a [`Session`]; [`SessionManagerBuilder`] has the settings, each with a safe default.

#[cfg(all(doctest, feature = "actix", feature = "axum", feature = "memory", feature = "rocket"))]
mod guides;
pub mod store;

#[doc(inline)]
pub use session_core::{
    CUT_OFF_KEPT, CachePolicy, Cause, Clock, CommitFuture, Committed, ConfigError, CookieSettings, CorruptRecord,
    Created, Deleted, Error, Event, ExpiredSessions, Expiry, Handle, HeaderLines, IdGenerator, InvalidCookie,
    InvalidExpiry, InvalidHandle, InvalidOwner, InvalidScanCursor, InvalidSigningKeys, Key, KeyName, Listed, Loaded,
    MARK_KEPT, Moment, Observer, Owner, PresentedId, Priority, RandomError, RandomIds, Record, RequestInfo,
    ResponseHeaders, Revision, Rotated, Rotation, SameSite, ScanCursor, Scanned, Session, SessionId, SessionManager,
    SessionManagerBuilder, SessionSummary, SigningKeys, Store, StoreError, StoreKey, SystemClock, Touch, Touched,
    TrustedProxies, Updated, ValueKey,
};
#[cfg(feature = "express")]
#[doc(inline)]
pub use session_core::{
    ExpressHabits, ExpressRecord, ExpressRemoved, ExpressReplaced, ExpressSecrets, ExpressSession, ExpressSettings,
    ExpressSid, ExpressStore, ExpressVersion, InvalidExpressSecrets,
};

#[cfg(feature = "actix")]
#[doc(inline)]
pub use session_actix as actix;
#[cfg(feature = "axum")]
#[doc(inline)]
pub use session_axum as axum;

#[cfg(feature = "rocket")]
#[doc(inline)]
pub use session_rocket as rocket;
