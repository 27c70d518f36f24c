//! What the server and its connections are like.

use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, Error};

use crate::connect_error::SqlConnectError;
use crate::given::MOST_PAYLOAD_BYTES;
use crate::row::Row as _;

const OLDEST_MYSQL: (u64, u64) = (8, 0);
const OLDEST_MARIADB: (u64, u64) = (10, 6);

/// What a message has besides the payload, at the most: some hundred bytes.
const BESIDES_PAYLOAD: usize = 1024;

/// What can be said of a connection. The isolation has one name in MySQL, another in MariaDB, and both in newer ones.
const VARIABLES: &str = "SHOW SESSION VARIABLES WHERE Variable_name IN
    ('autocommit', 'max_allowed_packet', 'sql_mode', 'transaction_isolation', 'tx_isolation', 'version')";

/// Whether the statements do on this connection, and the largest payload that it takes.
pub(super) async fn check(connection: &mut MySqlConnection) -> Result<usize, SqlConnectError> {
    let unreachable = |error: Error| SqlConnectError::Unreachable(error.into());
    let mut most_payload_bytes = MOST_PAYLOAD_BYTES;
    for row in ask(connection, VARIABLES).await.map_err(unreachable)? {
        let (name, value) = (
            shown(&row, 0).map_err(unreachable)?,
            shown(&row, 1).map_err(unreachable)?,
        );
        match name.as_str() {
            "version" => check_version(&value)?,
            "autocommit" if value != "ON" => {
                return Err(SqlConnectError::unfit(format!(
                    "a pool whose connections have autocommit ON, not {value}"
                )));
            }
            "transaction_isolation" | "tx_isolation" if value != "REPEATABLE-READ" => {
                return Err(SqlConnectError::unfit(format!(
                    "a pool whose connections have the isolation REPEATABLE-READ, not {value}: `after_connect` can set it"
                )));
            }
            "sql_mode" if value.contains("EMPTY_STRING_IS_NULL") => {
                return Err(SqlConnectError::unfit(
                    "a pool whose connections have a sql_mode without EMPTY_STRING_IS_NULL".to_owned(),
                ));
            }
            "max_allowed_packet" => {
                let packet = value.parse().unwrap_or(usize::MAX);
                most_payload_bytes = MOST_PAYLOAD_BYTES.min(packet.saturating_sub(BESIDES_PAYLOAD));
            }
            _ => {}
        }
    }
    Ok(most_payload_bytes)
}

/// By what the server says of itself: `8.0.36`, `10.11.6-MariaDB-0+deb12u1`.
fn check_version(version: &str) -> Result<(), SqlConnectError> {
    let mut numbers = version.split(|character: char| !character.is_ascii_digit());
    let mut next = || numbers.next().and_then(|number| number.parse().ok());
    let (Some(major), Some(minor)) = (next(), next()) else {
        return Ok(());
    };
    let (name, oldest) = if version.contains("MariaDB") {
        ("MariaDB", OLDEST_MARIADB)
    } else {
        ("MySQL", OLDEST_MYSQL)
    };
    if (major, minor) >= oldest {
        return Ok(());
    }
    Err(SqlConnectError::unfit(format!(
        "{name} {}.{} or newer, not {version}",
        oldest.0, oldest.1
    )))
}

/// Without preparation, so that several statements can be one text.
pub(super) async fn ask(connection: &mut MySqlConnection, sql: &str) -> Result<Vec<MySqlRow>, Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(connection).await
}

/// A name or a number of the server's, which some servers have as text and others as bytes.
pub(super) fn shown(row: &MySqlRow, column: usize) -> Result<String, Error> {
    Ok(row.text(column)?.unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_servers_are_told_what_would_do() {
        for good in [
            "8.0.36",
            "8.4.0-commercial",
            "9.1.0",
            "10.6.0-MariaDB",
            "11.4.2-MariaDB-log",
            "unknown",
        ] {
            assert!(check_version(good).is_ok(), "{good}");
        }
        for (bad, needs) in [
            ("5.7.44-log", "MySQL 8.0 or newer"),
            ("10.5.23-MariaDB", "MariaDB 10.6 or newer"),
        ] {
            let error = check_version(bad).unwrap_err().to_string();
            assert!(error.contains(needs) && error.contains(bad), "{error}");
        }
    }
}
