//! What the server refuses, as what would be right.

use sqlx::{Error, MySql};

use crate::connect_error::SqlConnectError;
use crate::engine::Engine as _;
use crate::failure::Failure;
use crate::tables::Doing;

use super::engine::database;
use super::sessions::Sessions;

impl Sessions {
    pub(super) fn refused(&self, error: Error, doing: Doing) -> SqlConnectError {
        let table = self.names.table.clone();
        let needs = match (database(&error).map(|error| error.number()), doing) {
            // A column that is missing, or one that nobody fills.
            (Some(1054 | 1364), _) => {
                let source = MySql::explain(error);
                return SqlConnectError::ForeignTable { table, source };
            }
            (Some(1044 | 1142 | 1143 | 1227), Doing::Create) => format!(
                "the right to create tables, or for somebody who has it to run schema/mysql/1.sql and grant this user the rights in \
                 schema/mysql/grants.sql; the tables are {table}, {table}_cutoff and {table}_version"
            ),
            (Some(1044 | 1142 | 1143 | 1227), Doing::Use) => format!(
                "the rights in schema/mysql/grants.sql: SELECT, INSERT, UPDATE, DELETE on {table} and {table}_cutoff, SELECT on \
                 {table}_version"
            ),
            (Some(1046), _) => "a database: name one in the URL or the options".to_owned(),
            (Some(1146), _) => {
                format!("the tables {table}, {table}_cutoff and {table}_version: not all of them are there")
            }
            (Some(1290 | 1792 | 1836), _) => {
                "a server that takes writes: this one is a replica, or its transactions are read-only".to_owned()
            }
            (Some(1205 | 1317 | 1969 | 3024), _) => "more time: the server ended a statement".to_owned(),
            _ => return SqlConnectError::Unreachable(MySql::explain(error)),
        };
        let source = MySql::explain(error);
        SqlConnectError::Refused { needs, source }
    }
}

/// What the server says to a connection.
pub(super) fn not_connected(failure: Failure) -> SqlConnectError {
    let cause = failure.into_cause();
    match cause.downcast_ref().and_then(needed_to_connect) {
        Some(needs) => SqlConnectError::Refused {
            needs: needs.to_owned(),
            source: cause,
        },
        None => SqlConnectError::Unreachable(cause),
    }
}

fn needed_to_connect(error: &Error) -> Option<&'static str> {
    let without_tls = "TLS, such as `ssl-mode=REQUIRED`: this user's password is not sent without";
    let other_plugin = "a user who signs in with mysql_native_password, or with caching_sha2_password and TLS";
    if let Error::Configuration(cause) = error {
        return cause.to_string().contains("RSA").then_some(without_tls);
    }
    if let Error::Protocol(text) = error {
        return text.contains("authentication plugin").then_some(other_plugin);
    }
    let database = database(error)?;
    Some(match database.number() {
        1045 | 1698 => "another user or password, or TLS where the user must have it",
        1044 => "a user who may use that database: GRANT gives the right",
        1049 => "a database that is there: CREATE DATABASE makes it",
        1040 | 1203 | 1226 => "fewer connections, or a higher max_connections or max_user_connections",
        1129 | 1130 => "a user who may come from this host; FLUSH HOSTS lets one in again after too many failures",
        3159 => without_tls,
        1251 => other_plugin,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use session_core::Cause;

    use super::*;

    fn told(error: Error) -> String {
        not_connected(Failure::not_connected(error)).to_string()
    }

    /// The driver without its feature `mysql-rsa`, in its own words.
    #[test]
    fn a_password_that_would_go_unencrypted_is_told_of_tls() {
        let driver = "RSA auth backend disabled; enable feature `mysql-rsa` or use TLS.";
        assert!(told(Error::Configuration(Cause::from(driver))).contains("TLS, such as `ssl-mode=REQUIRED`"));
        let driver = "unknown authentication plugin: client_ed25519";
        assert!(told(Error::Protocol(driver.to_owned())).contains("mysql_native_password"));
        assert!(told(Error::Protocol("Packet empty".to_owned())).contains("can't be reached"));
    }
}
