//! What tests need to know of an engine, and nothing of the store.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use session_core::{Store, StoreKey};
use session_store_sql::SqlConnectError;

#[cfg(feature = "mysql")]
pub(crate) use super::mysql::MySql;
#[cfg(feature = "postgres")]
pub(crate) use super::postgres::Postgres;
use super::protocol::Protocol;
use super::{table, variable, with_parameter};

pub(crate) trait Engine: Send + Sync + Sized + 'static {
    /// What `scripts/services` calls its server.
    const SERVICE: &'static str;
    /// The variable with the URL of a user who owns the database.
    const URL: &'static str;
    /// The variable with the URL of a user who may do everything.
    const ADMIN_URL: &'static str;
    /// What a URL ends with if its connections are not to be encrypted, so that a proxy can read along.
    const UNENCRYPTED: &'static str;
    /// If they must be.
    const ENCRYPTED: &'static str;
    /// Who has to know its authority and name.
    const VERIFIED: &'static str;
    /// What URLs begin with.
    const SCHEME: &'static str;
    /// The file with the smallest rights.
    const GRANTS: &'static str;
    /// What can be done to a row behind the store's back, and what is said about it.
    const DAMAGES: &'static [(&'static str, &'static str)];
    /// What makes the server take no writes, in sessions that are open too, and what ends that.
    const READ_ONLY: [&'static [&'static str]; 2];
    /// Ends the connections of all others to the database that it is told in.
    const END_OTHERS: &'static str;
    /// Whether it is sent to a connection that it is ended, and why.
    const SAYS_GOODBYE: bool;
    /// How many connections there are of the user who owns the database.
    const COUNT_CONNECTIONS: &'static str;

    /// The least limit below which the server gives up a statement by itself, so that the store knows that nothing was done.
    const LEAST_LIMIT: Duration;
    /// By when it has certainly given up.
    const GIVEN_UP_AFTER: Duration;

    type Connection: sqlx::Connection;
    /// What clients send.
    type Protocol: Protocol;

    /// A store with these settings, on connections of its own.
    fn connect(settings: Settings) -> impl Future<Output = Result<Arc<dyn Store>, SqlConnectError>> + Send;

    /// The same, on a pool of so many connections with the driver's defaults, but for `tests_before_acquire`.
    fn connect_pool(
        settings: Settings,
        tests: BeforeAcquire,
    ) -> impl Future<Output = Result<Arc<dyn Store>, SqlConnectError>> + Send;

    /// The first column of the rows that the last statement of `sql` answers, as texts.
    fn ask(
        connection: &mut Self::Connection,
        sql: &str,
    ) -> impl Future<Output = Result<Vec<String>, sqlx::Error>> + Send;

    /// What a URL ends with that knows the authority of the server that all tests share.
    fn authority() -> String;

    /// What the files say that somebody else may run, for these tables.
    fn schema(table: &str) -> String;

    fn create_user(user: &str, password: &str) -> String;

    fn drop_user(user: &str) -> String;

    /// These bytes in a statement.
    fn bytes(bytes: &[u8]) -> String;

    fn key(key: &StoreKey) -> String {
        Self::bytes(key.as_bytes())
    }
}

/// Whether a pool asks connections if they are alive before it hands them out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BeforeAcquire {
    Ping,
    Nothing,
}

/// What a store of a test is to be.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) url: String,
    pub(crate) table: String,
    pub(crate) connections: u32,
    pub(crate) connect_timeout: Duration,
    pub(crate) response_timeout: Duration,
    pub(crate) migrates: bool,
}

impl Settings {
    /// Tables of its own at `url`, and limits that a busy machine keeps.
    ///
    /// Tests whose connections are opened and lost in numbers do without encryption, of which a handshake takes a tenth of a second in
    /// a build that is not optimised.
    pub(crate) fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            table: table(),
            connections: 4,
            connect_timeout: Duration::from_secs(10),
            response_timeout: Duration::from_secs(10),
            migrates: true,
        }
    }

    /// On the server that all tests share, not encrypted.
    pub(crate) fn shared<E: Engine>() -> Self {
        Self::at(with_parameter(&variable(E::URL), E::UNENCRYPTED))
    }

    pub(crate) fn connections(mut self, connections: u32) -> Self {
        self.connections = connections;
        self
    }

    pub(crate) fn response_timeout(mut self, limit: Duration) -> Self {
        self.response_timeout = limit;
        self
    }

    pub(crate) async fn connect<E: Engine>(&self) -> Arc<dyn Store> {
        E::connect(self.clone()).await.unwrap()
    }
}
