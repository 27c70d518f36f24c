//! The tables: made, brought up to date, and looked at before they are used.

use std::time::Duration;

use session_core::{Moment, Owner, Revision, StoreKey};
use sqlx::mysql::MySqlConnection;
use sqlx::{Error, MySql};
use tokio::time::timeout;

use crate::connect_error::SqlConnectError;
use crate::connections::Lease;
use crate::engine::Engine as _;
use crate::row;
use crate::statement::Statement;
use crate::tables::{self, Doing, Found, Step};
use crate::value::{Value, values};

use super::engine::database;
use super::refusal::not_connected;
use super::server::{self, ask, shown};
use super::sessions::Sessions;

/// Each can be run again after it was run in part: the server commits with every table that is made.
const STEPS: [Step; 1] = [Step {
    version: 1,
    sql: include_str!("../../schema/mysql/1.sql"),
}];

/// The columns of the tables in step 1, by what comes after the table's name.
const FIRST_COLUMNS: [(&str, &str); 3] = [
    (
        "",
        "root id target revision created_at last_seen_at expires_at owner payload",
    ),
    ("_cutoff", "owner at expires_at"),
    ("_version", "version readable_by"),
];

/// How long bringing the tables up to date may take, and waiting for another node that does.
const PATIENCE: Duration = Duration::from_secs(300);

/// A table of ours has other columns.
#[derive(Debug, thiserror::Error)]
#[error("it has the columns {found}, not {needed}")]
struct OtherColumns {
    found: String,
    needed: &'static str,
}

impl Sessions {
    /// Brings the tables up to date, if they are to be, sees that every statement can run, and answers the largest payload.
    pub(super) async fn prepare(&self, migrates: bool) -> Result<usize, SqlConnectError> {
        let mut lease = self.connections.lease().await.map_err(not_connected)?;
        let prepared = timeout(PATIENCE, self.prepare_over(&mut lease, migrates)).await;
        let most_payload_bytes = prepared.map_err(|elapsed| SqlConnectError::Unreachable(elapsed.into()))??;
        lease.give_back();
        Ok(most_payload_bytes)
    }

    async fn prepare_over(&self, lease: &mut Lease<'_, MySql>, migrates: bool) -> Result<usize, SqlConnectError> {
        let connection = lease.connection();
        let most_payload_bytes = server::check(connection).await?;
        if let Found::Older(found) = self.found(connection).await? {
            if !migrates {
                return Err(tables::older(&self.names.table, found, "mysql"));
            }
            self.migrate(connection).await?;
        }
        self.probe(connection)
            .await
            .map_err(|error| self.refused(error, Doing::Use))?;
        self.check_engine(connection).await?;
        Ok(most_payload_bytes)
    }

    /// The version of the tables.
    async fn found(&self, connection: &mut MySqlConnection) -> Result<Found, SqlConnectError> {
        let newest = "SELECT version, readable_by FROM `session_kit_version` ORDER BY version DESC LIMIT 1";
        let rows = match ask(connection, &self.names.apply(newest)).await {
            Ok(rows) => rows,
            Err(error) if database(&error).is_some_and(|error| error.number() == 1146) => Vec::new(),
            Err(error) => return Err(self.refused(error, Doing::Use)),
        };
        let newest = rows
            .first()
            .map(|row| Ok((sqlx::Row::try_get(row, 0)?, sqlx::Row::try_get(row, 1)?)))
            .transpose()
            .map_err(|error| self.refused(error, Doing::Use))?;
        Found::of(&self.names.table, newest)
    }

    /// Runs the steps that are missing, one node at a time.
    ///
    /// Where an error ends this half-way, so does the connection, and with it the lock.
    async fn migrate(&self, connection: &mut MySqlConnection) -> Result<(), SqlConnectError> {
        let refused = |error| self.refused(error, Doing::Create);
        // Locks are the server's, not the database's, and their names are short.
        let name = "SHA2(CONCAT(DATABASE(), ' session_kit'), 224)";
        let patience = PATIENCE.as_secs();
        let lock = self.names.apply(&format!("SELECT GET_LOCK({name}, {patience})"));
        let locked = ask(connection, &lock).await.map_err(refused)?;
        if row::answered(&locked).ok() != Some(1) {
            return Err(SqlConnectError::unfit(
                "a lock of the server's, by GET_LOCK, for making the tables".to_owned(),
            ));
        }
        if let Found::Older(found) = self.found(connection).await? {
            self.run_steps(connection, found).await?;
        }
        let unlock = self.names.apply(&format!("DO RELEASE_LOCK({name})"));
        ask(connection, &unlock).await.map_err(refused)?;
        Ok(())
    }

    async fn run_steps(&self, connection: &mut MySqlConnection, found: i64) -> Result<(), SqlConnectError> {
        if found == 0 {
            self.check_columns(connection).await?;
        }
        for step in STEPS.iter().filter(|step| step.version > found) {
            let ran = ask(connection, &self.names.apply(step.sql)).await;
            ran.map_err(|error| self.refused(error, Doing::Create))?;
            tracing::info!(
                version = step.version,
                table = self.names.table,
                "session tables brought up to date"
            );
        }
        Ok(())
    }

    /// Whether what is there already comes from a step that was run in part, for steps pass over what is there.
    async fn check_columns(&self, connection: &mut MySqlConnection) -> Result<(), SqlConnectError> {
        for (suffix, needed) in FIRST_COLUMNS {
            let table = format!("{}{suffix}", self.names.table);
            let columns = format!(
                "SELECT column_name FROM information_schema.columns
                WHERE table_schema = DATABASE() AND table_name = '{table}' ORDER BY ordinal_position"
            );
            let rows = ask(connection, &columns).await;
            let found = rows.and_then(|rows| rows.iter().map(|row| shown(row, 0)).collect::<Result<Vec<_>, _>>());
            let found = found.map_err(|error| self.refused(error, Doing::Create))?.join(" ");
            if !found.is_empty() && found != needed {
                let source = OtherColumns { found, needed }.into();
                return Err(SqlConnectError::ForeignTable { table, source });
            }
        }
        Ok(())
    }

    /// Tables of another engine would have no locks that hold.
    async fn check_engine(&self, connection: &mut MySqlConnection) -> Result<(), SqlConnectError> {
        let others = "SELECT table_name, engine FROM information_schema.tables WHERE table_schema = DATABASE()
            AND table_name IN ('session_kit', 'session_kit_cutoff') AND engine <> 'InnoDB' LIMIT 1";
        let others = ask(connection, &self.names.apply(others)).await;
        let others = others.map_err(|error| self.refused(error, Doing::Use))?;
        let Some(row) = others.first() else {
            return Ok(());
        };
        let unknown = |error| self.refused(error, Doing::Use);
        let (table, engine) = (shown(row, 0).map_err(unknown)?, shown(row, 1).map_err(unknown)?);
        Err(SqlConnectError::unfit(format!(
            "the table {table} with ENGINE=InnoDB, not {engine}"
        )))
    }

    /// Runs statements of each kind in a way that does nothing: a missing right should not first be found by a visitor.
    async fn probe(&self, connection: &mut MySqlConnection) -> Result<(), Error> {
        let statements = &self.statements;
        let nobody = &StoreKey::from_bytes([0; 32]);
        let (never, nothing) = (Moment::MAX, Moment::default());
        let (no_owner, no_moment) = (None::<&Owner>, None::<Moment>);
        let (revision, payload) = (Revision::from_u64(0), [].as_slice());
        let probes: [(&Statement, &[Value<'_>]); 6] = [
            (&statements.probe, values![nothing, nothing]),
            (
                &statements.rotate,
                values![
                    nobody, nothing, nobody, revision, never, no_owner, no_moment, nobody, revision, nothing, nothing,
                    nothing, no_owner, payload
                ],
            ),
            (
                &statements.update,
                values![revision, nothing, nothing, payload, nobody, revision, never],
            ),
            (&statements.delete, values![nobody, nothing, never]),
            (&statements.delete_expired, values![nothing, 0_usize]),
            (&statements.delete_expired_cut_offs, values![nothing, 0_usize]),
        ];
        for (statement, values) in probes {
            MySql::run(connection, statement, values).await?;
        }
        Ok(())
    }
}
