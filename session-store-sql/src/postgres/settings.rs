//! Which database, and how to talk to it.

use std::fmt;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgSslMode};

use crate::connect_error::SqlConnectError;
use crate::connections::Connections;
use crate::host::without_brackets;
use crate::limits::Limits;
use crate::message;
use crate::names::Names;
use crate::statement::Form;

use super::sessions::Sessions;
use super::statements::Statements;
use super::store::PostgresStore;

const CONNECTIONS: usize = 10;
const FORM: &str = "postgres://user:password@host:port/database";

/// Settings of a [`PostgresStore`].
///
/// ```no_run
/// use session_store_sql::{PostgresStore, SqlConnectError};
/// use std::time::Duration;
///
/// # async fn example() -> Result<(), SqlConnectError> {
/// let store = PostgresStore::builder("postgres://shop:password@database.example/shop?sslmode=verify-full")
///     .schema("shop")
///     .table("session")
///     .connections(20)
///     .response_timeout(Duration::from_secs(1))
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct PostgresStoreBuilder {
    target: Target,
    names: Names,
    limits: Limits,
    form: Form,
    migrates: bool,
}

/// Where the store is to be.
enum Target {
    Url(String),
    Options(Box<PgConnectOptions>),
    Pool(PgPool),
}

impl fmt::Debug for PostgresStoreBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PostgresStoreBuilder")
            .field("names", &self.names)
            .field("limits", &self.limits)
            .field("form", &self.form)
            .field("migrates", &self.migrates)
            .finish_non_exhaustive()
    }
}

impl PostgresStoreBuilder {
    fn new(target: Target) -> Self {
        Self {
            target,
            names: Names::default(),
            limits: Limits::new(CONNECTIONS),
            form: Form::Prepared,
            migrates: true,
        }
    }

    pub(super) fn of_url(url: String) -> Self {
        Self::new(Target::Url(url))
    }

    pub(super) fn of_options(options: PgConnectOptions) -> Self {
        Self::new(Target::Options(Box::new(options)))
    }

    pub(super) fn of_pool(pool: PgPool) -> Self {
        Self::new(Target::Pool(pool))
    }

    /// The name of the table of sessions, and the beginning of the names of the others: 1 to 40 of `a-z 0-9 _`, by default
    /// `session_kit`.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.names.table = table.into();
        self
    }

    /// The schema that the tables are in: 1 to 40 of `a-z 0-9 _`. By default the first of the connection's `search_path`. One
    /// that is missing is created.
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.names.schema = Some(schema.into());
        self
    }

    /// How many connections the store may open, 1 to 1000, by default 10. They are opened when they are needed.
    ///
    /// Each is a process of the server: all nodes together must stay below its `max_connections`. A statement takes well below a
    /// millisecond, so few connections carry much; callers beyond them wait in line. A pool of the application's has its own limit.
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
    /// did not come in time is closed. Those that the store opens tell the server to give up by then (`statement_timeout`).
    pub const fn response_timeout(mut self, limit: Duration) -> Self {
        self.limits.response_timeout = limit;
        self
    }

    /// For PgBouncer before 1.21 in transaction mode, and other poolers that lose prepared statements.
    ///
    /// Values are then part of each statement's text (as hexadecimal digits), which the server parses and plans each time: more
    /// work for it, still one round trip. A statement that fails is in the server's log with its values, unless
    /// `log_min_error_statement` is `fatal`. The URL's `statement-cache-capacity=0` says the same. Needs connections that the store
    /// opens itself. PgBouncer 1.21 and newer with `max_prepared_statements`, and `ignore_startup_parameters = options`, do not need this.
    pub const fn through_transaction_pooler(mut self) -> Self {
        self.form = Form::Inlined;
        self
    }

    /// The tables are made and brought up to date by somebody else, who runs the files in `schema/postgres`.
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
    pub async fn connect(self) -> Result<PostgresStore, SqlConnectError> {
        self.names.check()?;
        self.limits.check()?;
        let Self {
            target,
            names,
            limits,
            mut form,
            migrates,
        } = self;
        let own = |options: PgConnectOptions, form| {
            let may_be_encrypted = may_be_encrypted(&options);
            (
                Connections::own(tuned(options, form, &limits), limits),
                may_be_encrypted,
            )
        };
        let (connections, may_be_encrypted) = match target {
            Target::Url(url) => {
                if has_no_statement_cache(&url) {
                    form = Form::Inlined;
                }
                own(parse(&url)?, form)
            }
            Target::Options(options) => own(*options, form),
            Target::Pool(_) if form == Form::Inlined => {
                return Err(SqlConnectError::PoolerAndPool);
            }
            Target::Pool(pool) => {
                let may_be_encrypted = may_be_encrypted(&pool.connect_options());
                (Connections::given(pool, limits), may_be_encrypted)
            }
        };
        let sessions = Sessions {
            connections,
            statements: Statements::new(&names, form),
            names,
            most_bytes_together: message::most_bytes(may_be_encrypted),
        };
        sessions.prepare(migrates).await?;
        Ok(PostgresStore::new(sessions, &limits))
    }
}

/// Over a network. With `allow` the driver tries it unencrypted first.
fn may_be_encrypted(options: &PgConnectOptions) -> bool {
    options.get_socket().is_none() && !matches!(options.get_ssl_mode(), PgSslMode::Disable | PgSslMode::Allow)
}

fn parse(url: &str) -> Result<PgConnectOptions, SqlConnectError> {
    let is_ours = url.split_once(':').is_some_and(|(scheme, _)| {
        ["postgres", "postgresql"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
    });
    let options: Option<PgConnectOptions> = url.parse().ok().filter(|_| is_ours);
    let options = options.ok_or(SqlConnectError::Url { form: FORM })?;
    let bare = without_brackets(options.get_host());
    Ok(match bare {
        Some(address) => options.host(&address),
        None => options,
    })
}

fn has_no_statement_cache(url: &str) -> bool {
    let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
    parameters
        .split('&')
        .any(|parameter| parameter == "statement-cache-capacity=0")
}

fn tuned(options: PgConnectOptions, form: Form, limits: &Limits) -> PgConnectOptions {
    // Statements that carry values must not be logged.
    let options = options.disable_statement_logging();
    let options = match options.get_application_name() {
        Some(_) => options,
        None => options.application_name("session-kit"),
    };
    if form == Form::Inlined {
        // Older poolers refuse what they do not know.
        return options.extra_float_digits(None);
    }
    // The server gives up a little earlier, and then it is known that nothing was done.
    let statement_timeout = limits.response_timeout.mul_f64(0.9).as_millis().max(1);
    options.options([
        ("default_transaction_isolation", "read committed"),
        ("statement_timeout", &statement_timeout.to_string()),
        // A plan that was made while a table was small is kept while it grows. All that is asked often is found by an index, key by key,
        // and rows are then locked in the order of the keys.
        ("enable_seqscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        // It would go by the costs of what is switched off.
        ("jit", "off"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_names_no_postgres_is_told_the_form_and_not_repeated() {
        for url in [
            "",
            "secret",
            "mysql://:secret@a/b",
            "postgres://secret@a:port/b",
            "postgres://a?sslmode=secret",
        ] {
            let error = parse(url).unwrap_err().to_string();
            assert!(
                error.ends_with("needs the form postgres://user:password@host:port/database"),
                "{error}"
            );
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(parse("POSTGRESQL://shop:p%40ss@[::1]:5433/shop?sslmode=require").is_ok());
    }

    #[test]
    fn a_url_can_say_that_statements_are_not_to_be_prepared() {
        assert!(has_no_statement_cache(
            "postgres://a/b?sslmode=require&statement-cache-capacity=0"
        ));
        for url in ["postgres://a/b", "postgres://a/b?statement-cache-capacity=10"] {
            assert!(!has_no_statement_cache(url), "{url}");
        }
    }

    #[test]
    fn debug_shows_no_password() {
        let shown = format!("{:?}", PostgresStoreBuilder::of_url("postgres://a:secret@b".to_owned()));
        assert!(!shown.contains("secret"), "{shown}");
    }
}
