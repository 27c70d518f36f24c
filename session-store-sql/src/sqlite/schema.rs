//! The tables: made, brought up to date, and looked at before they are used.

use std::time::Duration;

use session_core::{Moment, Owner, Revision, StoreKey};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection as _, Error, Sqlite};
use tokio::time::{Instant, sleep};

use crate::connect_error::SqlConnectError;
use crate::engine::Engine as _;
use crate::judgement::Judgement;
use crate::statement::Statement;
use crate::tables::{self, Found, Step};
use crate::value::{Value, values};

use super::engine::{LONGEST_PAUSE, code};
use super::sessions::Sessions;

const STEPS: [Step; 1] = [Step {
    version: 1,
    sql: include_str!("../../schema/sqlite/1.sql"),
}];

/// How long others may be in the way: other processes that start, or a program that has the file locked.
const PATIENCE: Duration = Duration::from_secs(10);

/// The oldest version that knows the tables' types and the statements.
const OLDEST_LIBRARY: (u32, u32) = (3, 37);

impl Sessions {
    /// Brings the tables up to date, if they are to be, and sees that every statement can run.
    pub(super) async fn prepare(&self, migrates: bool, is_own: bool) -> Result<(), SqlConnectError> {
        let lease = self.writer.lease().await;
        let mut lease = lease.map_err(|failure| self.file.refusal(failure.into_cause()))?;
        let prepared = self.prepare_over(lease.connection(), migrates, is_own).await;
        lease.give_back();
        prepared
    }

    async fn prepare_over(
        &self,
        connection: &mut SqliteConnection,
        migrates: bool,
        is_own: bool,
    ) -> Result<(), SqlConnectError> {
        self.check(connection).await?;
        if is_own {
            self.use_log(connection).await?;
        }
        if let Found::Older(found) = self.found(connection).await? {
            if !migrates {
                return Err(tables::older(&self.names.table, found, "sqlite"));
            }
            self.migrate(connection).await?;
        }
        self.probe(connection).await.map_err(|error| self.refused(error))
    }

    /// The library is new enough, and there is a file.
    async fn check(&self, connection: &mut SqliteConnection) -> Result<(), SqlConnectError> {
        let sql = "SELECT sqlite_version(), file FROM pragma_database_list WHERE name = 'main'";
        let asked = ask(connection, sql).await;
        for row in asked.map_err(|error| self.refused(error))? {
            let version: String = sqlx::Row::try_get(&row, 0).map_err(|error| self.refused(error))?;
            let file: Option<String> = sqlx::Row::try_get(&row, 1).map_err(|error| self.refused(error))?;
            let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
            let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
            if found < OLDEST_LIBRARY {
                let (major, minor) = OLDEST_LIBRARY;
                return Err(SqlConnectError::unfit(format!(
                    "SQLite {major}.{minor} or newer, not {version}"
                )));
            }
            if file.is_none_or(|file| file.is_empty()) {
                return Err(SqlConnectError::InMemory);
            }
        }
        Ok(())
    }

    /// Switches the file to a write-ahead log, where readers and the writer do not wait for each other. It stays so.
    async fn use_log(&self, connection: &mut SqliteConnection) -> Result<(), SqlConnectError> {
        let sql = "PRAGMA journal_mode = WAL";
        let rows = ask(connection, sql).await.map_err(|error| self.refused(error))?;
        let is_on = |row: &SqliteRow| sqlx::Row::try_get(row, 0).is_ok_and(|mode: String| mode == "wal");
        if rows.iter().any(is_on) {
            return Ok(());
        }
        Err(SqlConnectError::unfit(
            "a file system where SQLite can have a write-ahead log".to_owned(),
        ))
    }

    /// The version of the tables.
    async fn found(&self, connection: &mut SqliteConnection) -> Result<Found, SqlConnectError> {
        let newest = self.newest(connection).await;
        Found::of(&self.names.table, newest.map_err(|error| self.refused(error))?)
    }

    async fn newest(&self, connection: &mut SqliteConnection) -> Result<Option<(i64, i64)>, Error> {
        let there_is = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'session_kit_version'";
        if ask(connection, &self.names.apply(there_is)).await?.is_empty() {
            return Ok(None);
        }
        let newest = r#"SELECT version, readable_by FROM "session_kit_version" ORDER BY version DESC LIMIT 1"#;
        let rows = ask(connection, &self.names.apply(newest)).await?;
        rows.first()
            .map(|row| Ok((sqlx::Row::try_get(row, 0)?, sqlx::Row::try_get(row, 1)?)))
            .transpose()
    }

    /// Runs the steps that are missing, in one transaction and one process at a time.
    async fn migrate(&self, connection: &mut SqliteConnection) -> Result<(), SqlConnectError> {
        let patience = Patience::new();
        // Dropped half-way, it is rolled back.
        let mut transaction = loop {
            match connection.begin_with("BEGIN IMMEDIATE").await {
                Ok(transaction) => break transaction,
                Err(error) => patience.goes_on(error).await.map_err(|error| self.refused(error))?,
            }
        };
        if let Found::Older(found) = self.found(&mut transaction).await? {
            self.step_on(&mut transaction, found).await?;
        }
        transaction.commit().await.map_err(|error| self.refused(error))
    }

    async fn step_on(&self, connection: &mut SqliteConnection, found: i64) -> Result<(), SqlConnectError> {
        for step in STEPS.iter().filter(|step| step.version > found) {
            let stepped = ask_once(connection, &self.names.apply(step.sql)).await;
            stepped.map_err(|error| self.refused(error))?;
            tracing::info!(
                version = step.version,
                table = self.names.table,
                "session tables brought up to date"
            );
        }
        Ok(())
    }

    /// Runs statements that name every column, in a way that does nothing: what is wrong should not first be found by a visitor.
    async fn probe(&self, connection: &mut SqliteConnection) -> Result<(), Error> {
        let nobody = &StoreKey::from_bytes([0; 32]);
        let (never, nothing) = (Moment::MAX, Moment::default());
        let (revision, payload) = (Revision::from_u64(0), [].as_slice());
        let rotate: &[Value<'_>] = values![
            nobody,
            never,
            revision,
            nobody,
            revision,
            nothing,
            nothing,
            nothing,
            None::<&Owner>,
            payload,
            None::<Moment>,
            nothing,
        ];
        let probes: [(&Statement, &[Value<'_>]); 3] = [
            (&self.statements.rotate, rotate),
            (&self.statements.delete_expired, values![nothing, 0_usize]),
            (&self.statements.delete_expired_cut_offs, values![nothing, 0_usize]),
        ];
        let patience = Patience::new();
        for (statement, values) in probes {
            while let Err(error) = Sqlite::run(connection, statement, values).await {
                patience.goes_on(error).await?;
            }
        }
        Ok(())
    }

    /// What SQLite says of a statement, as what would be right.
    fn refused(&self, error: Error) -> SqlConnectError {
        let table = self.names.table.clone();
        // A statement that does not go with what is there.
        if code(&error) != Some(1) {
            return self.file.refusal(error.into());
        }
        if error.to_string().contains("no such table") {
            let needs = format!("the tables {table}, {table}_cutoff and {table}_version: not all of them are there");
            let source = error.into();
            return SqlConnectError::Refused { needs, source };
        }
        let source = error.into();
        SqlConnectError::ForeignTable { table, source }
    }
}

/// For so long something is tried again where others are in the way: SQLite does not wait for everything.
struct Patience {
    ends_at: Instant,
}

impl Patience {
    fn new() -> Self {
        let ends_at = Instant::now() + PATIENCE;
        Self { ends_at }
    }

    /// Pauses, or says that it is no use.
    async fn goes_on(&self, error: Error) -> Result<(), Error> {
        if Sqlite::judge(&error) != Judgement::Held || Instant::now() > self.ends_at {
            return Err(error);
        }
        sleep(LONGEST_PAUSE.mul_f64(fastrand::f64())).await;
        Ok(())
    }
}

async fn ask(connection: &mut SqliteConnection, sql: &str) -> Result<Vec<SqliteRow>, Error> {
    let patience = Patience::new();
    loop {
        match ask_once(connection, sql).await {
            Ok(rows) => return Ok(rows),
            Err(error) => patience.goes_on(error).await?,
        }
    }
}

/// Without keeping it prepared; several statements can be one text.
async fn ask_once(connection: &mut SqliteConnection, sql: &str) -> Result<Vec<SqliteRow>, Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(connection).await
}
