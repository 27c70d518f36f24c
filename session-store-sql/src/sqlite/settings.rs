//! Which file, and how to work with it.

use std::fmt;
use std::thread::available_parallelism;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteLockingMode, SqlitePool, SqliteSynchronous};

use crate::connect_error::SqlConnectError;
use crate::connections::Connections;
use crate::limits::Limits;
use crate::names::Names;
use crate::statement::Form;

use super::engine::BUSY_TIMEOUT;
use super::file::{self, File};
use super::sessions::Sessions;
use super::statements::Statements;
use super::store::SqliteStore;

/// More readers than this gain nothing.
const MOST_READERS: usize = 8;
const FORM: &str = "sqlite:shop.db or sqlite:///folder/shop.db";

/// How long the log may stay after it was large: a payload or a few.
const LOG_BYTES: u32 = 64 * 1024 * 1024;

/// Settings of a [`SqliteStore`].
///
/// ```no_run
/// use session_store_sql::{SqlConnectError, SqliteStore};
/// use std::time::Duration;
///
/// # async fn example() -> Result<(), SqlConnectError> {
/// let store = SqliteStore::builder("sqlite:///var/lib/shop/shop.db")
///     .table("session")
///     .connections(4)
///     .response_timeout(Duration::from_secs(1))
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct SqliteStoreBuilder {
    target: Target,
    names: Names,
    limits: Limits,
    synchronous: SqliteSynchronous,
    migrates: bool,
}

/// Where the store is to be.
enum Target {
    Url(String),
    Options(Box<SqliteConnectOptions>),
    Pool(SqlitePool),
}

impl fmt::Debug for SqliteStoreBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SqliteStoreBuilder")
            .field("names", &self.names)
            .field("limits", &self.limits)
            .field("synchronous", &self.synchronous)
            .field("migrates", &self.migrates)
            .finish_non_exhaustive()
    }
}

impl SqliteStoreBuilder {
    fn new(target: Target) -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self {
            target,
            names: Names::default(),
            limits: Limits::new(processors.min(MOST_READERS)),
            synchronous: SqliteSynchronous::Full,
            migrates: true,
        }
    }

    pub(super) fn of_url(url: String) -> Self {
        Self::new(Target::Url(url))
    }

    pub(super) fn of_options(options: SqliteConnectOptions) -> Self {
        Self::new(Target::Options(Box::new(options)))
    }

    pub(super) fn of_pool(pool: SqlitePool) -> Self {
        Self::new(Target::Pool(pool))
    }

    /// The name of the table of sessions, and the beginning of the names of the others: 1 to 40 of `a-z 0-9 _`, by default
    /// `session_kit`.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.names.table = table.into();
        self
    }

    /// How many connections may read at a time, 1 to 1000, by default one for each processor, at most 8. They are opened when they
    /// are needed, and each is a thread of this process. One more writes.
    ///
    /// A pool of the application's has its own limit.
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

    /// How long an operation's statement may take, with the wait for its turn and for other processes that write: 10 ms to 1
    /// minute, by default two seconds.
    ///
    /// It should be shorter than the manager's `operation_timeout`, so that there is time to try again. A statement that is under way can't
    /// be called off: it comes to its end, and the next one waits for that.
    pub const fn response_timeout(mut self, limit: Duration) -> Self {
        self.limits.response_timeout = limit;
        self
    }

    /// Writes do not wait for the disk (`synchronous=NORMAL`), which makes them two to three times as fast or more, the slower the
    /// disk.
    ///
    /// When the power fails or the system crashes, the last writes may be undone, though they were answered: those since the log was last
    /// copied into the file, which is about every 4 MB. **A session that was ended then lives again**, with sign-outs after a change of
    /// password among them. A crash of the process alone undoes nothing, and the file stays whole. A pool of the application's has
    /// its own setting.
    pub const fn may_lose_last_writes_on_power_loss(mut self) -> Self {
        self.synchronous = SqliteSynchronous::Normal;
        self
    }

    /// The file and its tables are made and brought up to date by somebody else, who runs the files in `schema/sqlite`.
    ///
    /// Without this the store does it when it connects, if there is something to do; eight processes may start at once.
    pub const fn without_migration(mut self) -> Self {
        self.migrates = false;
        self
    }

    /// The store, once the file is there, has the tables, and can be written.
    ///
    /// # Errors
    ///
    /// [`SqlConnectError`] says what would be right.
    pub async fn connect(self) -> Result<SqliteStore, SqlConnectError> {
        self.names.check()?;
        self.limits.check()?;
        let statements = Statements::new(&self.names, Form::Prepared);
        let options = match self.target {
            Target::Url(url) => parse(&url)?,
            Target::Options(options) => *options,
            Target::Pool(pool) => {
                let sessions = Sessions {
                    writer: Connections::given_in_turn(pool.clone(), self.limits),
                    file: File::of(&pool.connect_options()),
                    readers: Connections::given(pool, self.limits),
                    statements,
                    names: self.names,
                };
                sessions.prepare(self.migrates, false).await?;
                return Ok(SqliteStore::new(sessions, &self.limits));
            }
        };
        if file::is_passing(&options) {
            return Err(SqlConnectError::InMemory);
        }
        // SQLite would take it for a URL of its own.
        if options.get_filename().to_string_lossy().starts_with("file:") {
            return Err(SqlConnectError::Url { form: FORM });
        }
        let file = File::of(&options);
        if self.migrates && file::mode(&options) == "rwc" {
            file.create()?;
        }
        let options = tuned(options, self.synchronous);
        let one = Limits {
            connections: 1,
            ..self.limits
        };
        let sessions = Sessions {
            writer: Connections::own(options.clone(), one),
            readers: Connections::own(options, self.limits),
            statements,
            names: self.names,
            file,
        };
        sessions.prepare(self.migrates, true).await?;
        Ok(SqliteStore::new(sessions, &self.limits))
    }
}

fn parse(url: &str) -> Result<SqliteConnectOptions, SqlConnectError> {
    let form = || SqlConnectError::Url { form: FORM };
    let (scheme, rest) = url.split_once(':').ok_or_else(form)?;
    if !scheme.eq_ignore_ascii_case("sqlite") {
        return Err(form());
    }
    let options: SqliteConnectOptions = format!("sqlite:{rest}").parse().map_err(|_| form())?;
    let parameters = rest.split_once('?').map_or("", |(_, parameters)| parameters);
    let says_mode = parameters.split('&').any(|parameter| parameter.starts_with("mode="));
    Ok(if says_mode {
        options
    } else {
        options.create_if_missing(true)
    })
}

fn tuned(options: SqliteConnectOptions, synchronous: SqliteSynchronous) -> SqliteConnectOptions {
    options
        // A file that vanishes is not to be made anew, without tables.
        .create_if_missing(false)
        .immutable(false)
        .shared_cache(false)
        .locking_mode(SqliteLockingMode::Normal)
        .synchronous(synchronous)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("journal_size_limit", LOG_BYTES.to_string())
        .thread_name(|number| format!("session-kit-{number}"))
        // Slow ones are logged with their text; values are not part of it, and yet it is nobody's business.
        .disable_statement_logging()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_url_that_names_no_file_is_told_the_form_and_not_repeated() {
        for url in [
            "secret",
            "postgres://secret",
            "sqlite:a?mode=secret",
            "sqlite:a?secret=1",
            "sqlite:%ffsecret",
        ] {
            let error = parse(url).unwrap_err().to_string();
            assert!(error.ends_with(&format!("needs the form {FORM}")), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_url_names_a_file_that_is_made_unless_it_says_otherwise() {
        for (url, path, mode) in [
            ("sqlite:shop.db", "shop.db", "rwc"),
            ("SQLite://data/shop.db", "data/shop.db", "rwc"),
            ("sqlite:///var/a%3Fb.db", "/var/a?b.db", "rwc"),
            ("sqlite://a.db?mode=rwc", "a.db", "rwc"),
            ("sqlite:a.db?cache=private&mode=rw", "a.db", "rw"),
            ("sqlite:a.db?mode=ro", "a.db", "ro"),
            ("sqlite:a^b|c:1.db", "a^b|c:1.db", "rwc"),
        ] {
            let options = parse(url).unwrap();
            assert_eq!(options.get_filename(), Path::new(path), "{url}");
            assert_eq!(file::mode(&options), mode, "{url}");
            assert!(!file::is_passing(&options), "{url}");
        }
    }

    #[test]
    fn what_is_in_memory_is_known() {
        for url in [
            "sqlite:",
            "sqlite::memory:",
            "sqlite://:memory:",
            "sqlite:a?mode=memory",
            "sqlite://?mode=memory",
        ] {
            assert!(file::is_passing(&parse(url).unwrap()), "{url}");
        }
        assert!(file::is_passing(&SqliteConnectOptions::new()));
    }
}
