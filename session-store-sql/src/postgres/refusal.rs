//! What the server refuses, as what would be right.

use sqlx::postgres::PgDatabaseError;
use sqlx::{Error, Postgres};

use crate::connect_error::SqlConnectError;
use crate::engine::Engine as _;
use crate::failure::Failure;
use crate::tables::Doing;

use super::sessions::Sessions;

impl Sessions {
    pub(super) fn refused(&self, error: Error, doing: Doing) -> SqlConnectError {
        let table = self.names.table.clone();
        let code = error
            .as_database_error()
            .map(|error| error.downcast_ref::<PgDatabaseError>().code().to_owned());
        let needs = match (code.as_deref(), doing) {
            // A name that is taken; a column that is missing or of another type.
            (Some("42P07" | "42710" | "42703" | "42804" | "42883" | "42P10" | "42809"), _) => {
                return SqlConnectError::ForeignTable {
                    table,
                    source: Postgres::explain(error),
                };
            }
            (Some("42501"), Doing::Create) => format!(
                "the right to create tables, or for somebody who has it to run schema/postgres/1.sql and grant this user the rights in \
                 schema/postgres/grants.sql; the tables are {table}, {table}_cutoff and {table}_version"
            ),
            (Some("42501"), Doing::Use) => format!(
                "the rights in schema/postgres/grants.sql: SELECT, INSERT, UPDATE, DELETE on {table} and {table}_cutoff, SELECT on \
                 {table}_version, USAGE on their schema"
            ),
            (Some("42P01"), _) => {
                format!("the tables {table}, {table}_cutoff and {table}_version: not all of them are there")
            }
            (Some("25006"), _) => {
                "a server that takes writes: this one is a standby, or its transactions are read-only".to_owned()
            }
            (Some("57014"), _) => "more time: `response_timeout` ended a statement".to_owned(),
            _ => return SqlConnectError::Unreachable(Postgres::explain(error)),
        };
        let source = Postgres::explain(error);
        SqlConnectError::Refused { needs, source }
    }
}

/// What the server says to a connection.
pub(super) fn not_connected(failure: Failure) -> SqlConnectError {
    let cause = failure.into_cause();
    let database = cause.downcast_ref::<Error>().and_then(Error::as_database_error);
    let Some(error) = database.map(|error| error.downcast_ref::<PgDatabaseError>()) else {
        return SqlConnectError::Unreachable(cause);
    };
    let needs = match error.code() {
        "28P01" | "28000" => "another user or password, or a rule in pg_hba.conf that lets it in",
        "3D000" => "a database that is there: CREATE DATABASE makes it",
        "42501" => "a user who may connect to that database: GRANT CONNECT ON DATABASE",
        "53300" => "fewer connections, or a higher max_connections",
        "08P01" if error.message().contains("startup parameter") => {
            "`through_transaction_pooler`, or statement-cache-capacity=0 in the URL: this is a PgBouncer"
        }
        _ => return SqlConnectError::Unreachable(cause),
    };
    let needs = needs.to_owned();
    SqlConnectError::Refused { needs, source: cause }
}
