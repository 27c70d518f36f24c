//! Which database, and how to talk to it.

use std::fmt;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlSslMode};

use crate::connect_error::SqlConnectError;
use crate::connections::Connections;
use crate::given::MOST_PAYLOAD_BYTES;
use crate::host::without_brackets;
use crate::limits::Limits;
use crate::message;
use crate::names::Names;
use crate::statement::Form;

use super::sessions::Sessions;
use super::statements::Statements;
use super::store::MySqlStore;

const CONNECTIONS: usize = 10;
const FORM: &str = "mysql://user:password@host:port/database";

/// Settings of a [`MySqlStore`].
///
/// ```no_run
/// use session_store_sql::{MySqlStore, SqlConnectError};
/// use std::time::Duration;
///
/// # async fn example() -> Result<(), SqlConnectError> {
/// let store = MySqlStore::builder("mysql://shop:password@database.example/shop?ssl-mode=VERIFY_IDENTITY")
///     .table("session")
///     .connections(20)
///     .response_timeout(Duration::from_secs(1))
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct MySqlStoreBuilder {
    target: Target,
    names: Names,
    limits: Limits,
    migrates: bool,
}

/// Where the store is to be.
enum Target {
    Url(String),
    Options(Box<MySqlConnectOptions>),
    Pool(MySqlPool),
}

impl fmt::Debug for MySqlStoreBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MySqlStoreBuilder")
            .field("names", &self.names)
            .field("limits", &self.limits)
            .field("migrates", &self.migrates)
            .finish_non_exhaustive()
    }
}

impl MySqlStoreBuilder {
    fn new(target: Target) -> Self {
        Self {
            target,
            names: Names::default(),
            limits: Limits::new(CONNECTIONS),
            migrates: true,
        }
    }

    pub(super) fn of_url(url: String) -> Self {
        Self::new(Target::Url(url))
    }

    pub(super) fn of_options(options: MySqlConnectOptions) -> Self {
        Self::new(Target::Options(Box::new(options)))
    }

    pub(super) fn of_pool(pool: MySqlPool) -> Self {
        Self::new(Target::Pool(pool))
    }

    /// The name of the table of sessions, and the beginning of the names of the others: 1 to 40 of `a-z 0-9 _`, by default
    /// `session_kit`.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.names.table = table.into();
        self
    }

    /// How many connections the store may open, 1 to 1000, by default 10. They are opened when they are needed.
    ///
    /// Each is a thread of the server: all nodes together must stay below its `max_connections`. A statement takes about a
    /// millisecond or less, so few connections carry much; callers beyond them wait in line. A pool of the application's has its own limit.
    pub const fn connections(mut self, connections: usize) -> Self {
        self.limits.connections = connections;
        self
    }

    /// How long opening a connection may take: 10 ms to 1 minute, by default one second. A pool of the application's has its own
    /// limit.
    pub const fn connect_timeout(mut self, limit: Duration) -> Self {
        self.limits.connect_timeout = limit;
        self
    }

    /// How long an operation's statement may take, with the wait for a connection and with repetitions after a deadlock: 10 ms to 1
    /// minute, by default two seconds.
    ///
    /// It should be shorter than the manager's `operation_timeout`, so that there is time to try again. A connection whose answer
    /// did not come in time is closed. Those that the store opens tell the server to wait for a row no longer than that
    /// (`innodb_lock_wait_timeout`, in whole seconds and at least one).
    pub const fn response_timeout(mut self, limit: Duration) -> Self {
        self.limits.response_timeout = limit;
        self
    }

    /// The tables are made and brought up to date by somebody else, who runs the files in `schema/mysql`.
    ///
    /// Without this the store does it when it connects, if there is something to do; eight nodes may start at once.
    pub const fn without_migration(mut self) -> Self {
        self.migrates = false;
        self
    }

    /// The store, once the database has answered, has the tables, and lets this user work with them.
    ///
    /// # Errors
    ///
    /// [`SqlConnectError`] says what would be right.
    pub async fn connect(self) -> Result<MySqlStore, SqlConnectError> {
        self.names.check()?;
        self.limits.check()?;
        let Self {
            target,
            names,
            limits,
            migrates,
        } = self;
        let own = |options: MySqlConnectOptions| {
            let may_be_encrypted = may_be_encrypted(&options);
            (
                Connections::own(options.disable_statement_logging(), limits),
                may_be_encrypted,
            )
        };
        let (connections, may_be_encrypted) = match target {
            Target::Url(url) => own(parse(&url)?),
            Target::Options(options) => own(*options),
            Target::Pool(pool) => {
                let may_be_encrypted = may_be_encrypted(&pool.connect_options());
                (Connections::given(pool, limits), may_be_encrypted)
            }
        };
        let sessions = Sessions {
            connections,
            statements: Statements::new(&names, Form::Prepared),
            names,
            most_payload_bytes: MOST_PAYLOAD_BYTES,
            most_bytes_together: message::most_bytes(may_be_encrypted),
        };
        let most_payload_bytes = sessions.prepare(migrates).await?;
        let sessions = Sessions {
            most_payload_bytes,
            ..sessions
        };
        Ok(MySqlStore::new(sessions, &limits))
    }
}

/// Over a network.
fn may_be_encrypted(options: &MySqlConnectOptions) -> bool {
    options.get_socket().is_none() && !matches!(options.get_ssl_mode(), MySqlSslMode::Disabled)
}

fn parse(url: &str) -> Result<MySqlConnectOptions, SqlConnectError> {
    let is_ours = url.split_once(':').is_some_and(|(scheme, _)| {
        ["mysql", "mariadb"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
    });
    let options: Option<MySqlConnectOptions> = url.parse().ok().filter(|_| is_ours);
    let options = options.ok_or(SqlConnectError::Url { form: FORM })?;
    let bare = without_brackets(options.get_host());
    Ok(match bare {
        Some(address) => options.host(&address),
        None => options,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_names_no_mysql_is_told_the_form_and_not_repeated() {
        for url in [
            "",
            "secret",
            "postgres://:secret@a/b",
            "mysql://secret@a:port/b",
            "mysql://a?ssl-mode=secret",
        ] {
            let error = parse(url).unwrap_err().to_string();
            assert!(
                error.ends_with("needs the form mysql://user:password@host:port/database"),
                "{error}"
            );
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(parse("MARIADB://shop:p%40ss@[::1]:3307/shop?ssl-mode=required").is_ok());
    }

    #[test]
    fn debug_shows_no_password() {
        let shown = format!("{:?}", MySqlStoreBuilder::of_url("mysql://a:secret@b".to_owned()));
        assert!(!shown.contains("secret"), "{shown}");
    }
}
