//! The tables: made, brought up to date, and looked at before they are used.

use std::time::Duration;

use session_core::{Moment, Owner, Revision, StoreKey};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Error, Postgres};
use tokio::time::timeout;

use crate::connect_error::SqlConnectError;
use crate::connections::Lease;
use crate::engine::Engine as _;
use crate::statement::Statement;
use crate::tables::{self, Doing, Found, Step};
use crate::value::{Value, values};

use super::refusal::not_connected;
use super::sessions::Sessions;

const STEPS: [Step; 1] = [Step {
    version: 1,
    sql: include_str!("../../schema/postgres/1.sql"),
}];

/// How long bringing the tables up to date may take, and waiting for another node that does.
const PATIENCE: Duration = Duration::from_secs(300);

/// The oldest version whose statements are the store's.
const OLDEST_SERVER: i64 = 12;

impl Sessions {
    /// Brings the tables up to date, if they are to be, and sees that every statement can run.
    pub(super) async fn prepare(&self, migrates: bool) -> Result<(), SqlConnectError> {
        let mut lease = self.connections.lease().await.map_err(not_connected)?;
        let prepared = timeout(PATIENCE, self.prepare_over(&mut lease, migrates)).await;
        prepared.map_err(|elapsed| SqlConnectError::Unreachable(elapsed.into()))??;
        lease.give_back();
        Ok(())
    }

    async fn prepare_over(&self, lease: &mut Lease<'_, Postgres>, migrates: bool) -> Result<(), SqlConnectError> {
        let connection = lease.connection();
        check_server(connection).await?;
        if let Found::Older(found) = self.found(connection).await? {
            if !migrates {
                return Err(tables::older(&self.names.table, found, "postgres"));
            }
            self.migrate(connection).await?;
        }
        self.probe(connection)
            .await
            .map_err(|error| self.refused(error, Doing::Use))
    }

    /// The version of the tables.
    async fn found(&self, connection: &mut PgConnection) -> Result<Found, SqlConnectError> {
        let newest = self
            .newest(connection)
            .await
            .map_err(|error| self.refused(error, Doing::Use))?;
        Found::of(&self.names.table, newest)
    }

    async fn newest(&self, connection: &mut PgConnection) -> Result<Option<(i64, i64)>, Error> {
        // What was looked up in vain is remembered, also past the lock, until a table is opened: here that of all tables.
        let there_is = self.names.apply(
            r#"SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = to_regclass('"session_kit_version"'))"#,
        );
        if !ask(connection, &there_is).await?.iter().any(truth) {
            return Ok(None);
        }
        let newest = r#"SELECT version, readable_by FROM "session_kit_version" ORDER BY version DESC LIMIT 1"#;
        let rows = ask(connection, &self.names.apply(newest)).await?;
        rows.first()
            .map(|row| Ok((sqlx::Row::try_get(row, 0)?, sqlx::Row::try_get(row, 1)?)))
            .transpose()
    }

    /// Runs the steps that are missing, in one transaction and one node at a time.
    ///
    /// Where an error ends this half-way, so does the connection, and with it the transaction.
    async fn migrate(&self, connection: &mut PgConnection) -> Result<(), SqlConnectError> {
        let refused = |error| self.refused(error, Doing::Create);
        let begin = r#"BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
            SELECT pg_advisory_xact_lock(hashtextextended('"session_kit_version"', 0))"#;
        ask(connection, &self.names.apply(begin)).await.map_err(refused)?;
        if let Found::Older(found) = self.found(connection).await? {
            self.make_schema(connection).await.map_err(refused)?;
            for step in STEPS.iter().filter(|step| step.version > found) {
                ask(connection, &self.names.apply(step.sql)).await.map_err(refused)?;
                tracing::info!(
                    version = step.version,
                    table = self.names.table,
                    "session tables brought up to date"
                );
            }
        }
        ask(connection, "COMMIT").await.map_err(refused)?;
        Ok(())
    }

    async fn make_schema(&self, connection: &mut PgConnection) -> Result<(), Error> {
        let Some(schema) = &self.names.schema else {
            return Ok(());
        };
        // Nodes with other tables make the same schema.
        let lock = format!("SELECT pg_advisory_xact_lock(hashtextextended('\"{schema}\"', 0))");
        ask(connection, &lock).await?;
        let is_missing = format!("SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = '{schema}')");
        if ask(connection, &is_missing).await?.iter().any(truth) {
            ask(connection, &format!("CREATE SCHEMA \"{schema}\"")).await?;
        }
        Ok(())
    }

    /// Runs statements of each kind in a way that does nothing: a missing right should not first be found by a visitor.
    async fn probe(&self, connection: &mut PgConnection) -> Result<(), Error> {
        let statements = &self.statements;
        let nobody = &StoreKey::from_bytes([0; 32]);
        let (never, nothing) = (Moment::MAX, Moment::default());
        let (revision, payload) = (Revision::from_u64(0), [].as_slice());
        let probes: [(&Statement, &[Value<'_>]); 5] = [
            (&statements.probe, values![nobody, nothing, None::<&Owner>]),
            (
                &statements.update,
                values![nobody, never, revision, revision, nothing, nothing, payload],
            ),
            (&statements.delete, values![nobody, nothing]),
            (&statements.delete_expired, values![nothing, 0_usize]),
            (&statements.delete_expired_cut_offs, values![nothing, 0_usize]),
        ];
        for (statement, values) in probes {
            Postgres::run(connection, statement, values).await?;
        }
        Ok(())
    }
}

async fn check_server(connection: &mut PgConnection) -> Result<(), SqlConnectError> {
    let unreachable = |error: Error| SqlConnectError::Unreachable(error.into());
    let server = "SELECT current_setting('server_version_num')::bigint / 10000, current_setting('server_encoding')";
    let rows = ask(connection, server).await.map_err(unreachable)?;
    for row in &rows {
        let version: i64 = sqlx::Row::try_get(row, 0).map_err(unreachable)?;
        let encoding: &str = sqlx::Row::try_get(row, 1).map_err(unreachable)?;
        if version < OLDEST_SERVER {
            return Err(SqlConnectError::unfit(format!(
                "PostgreSQL {OLDEST_SERVER} or newer, not {version}"
            )));
        }
        if encoding != "UTF8" {
            return Err(SqlConnectError::unfit(format!(
                "a database with the encoding UTF8, not {encoding}"
            )));
        }
    }
    Ok(())
}

/// Without preparation, so that poolers do not matter, and several statements can be one text.
async fn ask(connection: &mut PgConnection, sql: &str) -> Result<Vec<PgRow>, Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(connection).await
}

fn truth(row: &PgRow) -> bool {
    sqlx::Row::try_get(row, 0).unwrap_or(false)
}
