//! Why there is no store.

use session_core::{Cause, ConfigError};

use crate::names::InvalidName;

/// A store could not be had.
///
/// Nothing of the URL is shown, for URLs hold passwords.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqlConnectError {
    /// The URL can't be read.
    #[error("the database's URL can't be read, needs the form {form}")]
    Url {
        /// What it should look like.
        form: &'static str,
    },
    /// A setting is out of its bounds.
    #[error(transparent)]
    Setting(#[from] ConfigError),
    /// A name can't be used.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// No answer, or none that was understood.
    #[error("the database can't be reached")]
    Unreachable(#[source] Cause),
    /// The database answers, and refuses.
    #[error("the database refuses the store: {needs}")]
    Refused {
        /// What would be right.
        needs: String,
        /// What the database says.
        #[source]
        source: Cause,
    },
    /// There is a table of that name, and it has other columns. It was left as it is.
    #[error("the table `{table}` is not one of session-kit's, needs another name: see `table`")]
    ForeignTable {
        /// Its name.
        table: String,
        /// What the database says.
        #[source]
        source: Cause,
    },
    /// Two settings that do not go together.
    #[error("`through_transaction_pooler` needs connections that the store opens itself: a URL or options, not a pool")]
    PoolerAndPool,
    /// An SQLite database that is gone with its connections.
    #[error(
        "an SQLite database in memory is gone with its connections, needs a file: for sessions in memory there is `session-store-memory`"
    )]
    InMemory,
    /// The tables were made by a newer version of this library, which this one can't work with. They were left as they are.
    #[error("the tables of `{table}` have version {found}, this program knows up to {known}: upgrade the program")]
    NewerTables {
        /// The name of the first of them.
        table: String,
        /// Their version.
        found: i64,
        /// The newest version that would do.
        known: i64,
    },
    /// The tables are missing or of an older version, and the store was told to leave them to others.
    #[error("the tables of `{table}` have version {found}, this program needs {needed}: run {files}")]
    OlderTables {
        /// The name of the first of them.
        table: String,
        /// Their version; zero: there are none.
        found: i64,
        /// The version that is needed.
        needed: i64,
        /// The SQL files to run.
        files: String,
    },
}

/// The database answers, and is not of the right kind.
#[derive(Debug, thiserror::Error)]
#[error("the database was asked what it is")]
struct Unfit;

impl SqlConnectError {
    /// For what the database does not say by itself.
    pub(crate) fn unfit(needs: impl Into<String>) -> Self {
        let needs = needs.into();
        let source = Unfit.into();
        Self::Refused { needs, source }
    }
}
