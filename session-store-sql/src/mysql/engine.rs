//! How MySQL and MariaDB are talked to.

use std::borrow::Cow;
use std::str;
use std::time::Duration;

use futures_util::{Stream, TryStreamExt as _};
use session_core::Cause;
use sqlx::mysql::{MySqlArguments, MySqlConnection, MySqlDatabaseError, MySqlQueryResult, MySqlRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Either, Error, Executor as _, MySql, Row};

use crate::engine::{Answer, Asked, Each, Engine, Options};
use crate::judgement::Judgement;
use crate::row::implement_row;
use crate::statement::Statement;
use crate::value::Value;

use super::inline::{in_one_transaction, inlined};

/// A part of an answer.
type Step = Result<Either<MySqlQueryResult, MySqlRow>, Error>;

implement_row!(MySqlRow, bytes, text);

impl Engine for MySql {
    /// The statements need gap locks, that each is a transaction of its own, and that an empty payload is not nothing.
    async fn connect(options: &Options<Self>, answer_within: Duration) -> Result<MySqlConnection, Error> {
        let mut connection = options.connect().await?;
        let lock_wait = lock_wait_seconds(answer_within);
        for setting in [
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ".to_owned(),
            format!(
                "SET SESSION autocommit = 1, innodb_lock_wait_timeout = {lock_wait}, \
                 sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'"
            ),
        ] {
            sqlx::raw_sql(AssertSqlSafe(setting)).execute(&mut connection).await?;
        }
        Ok(connection)
    }

    async fn run(
        connection: &mut MySqlConnection,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Answer<Self>, Error> {
        // Several statements in one text can't be prepared.
        if !statement.as_str().contains(';') {
            return collect(connection.fetch_many(values.iter().fold(sqlx::query(statement.to_sql()), bind))).await;
        }
        let text = AssertSqlSafe(inlined(statement.as_str(), values));
        let answer = collect(connection.fetch_many(sqlx::raw_sql(text))).await;
        if let Err(error) = &answer {
            undo(connection, error).await?;
        }
        answer
    }

    fn judge(error: &Error) -> Judgement {
        let Some(database) = database(error) else {
            return Judgement::of_driver(error);
        };
        match database.number() {
            // Deadlock, a row that is newer than the snapshot, a table that was just changed (twice), rolled back by a group of
            // servers.
            1213 | 1020 | 1412 | 1615 | 3101 => Judgement::Again,
            // `innodb_lock_wait_timeout`.
            1205 => Judgement::Held,
            // The server is shutting down, somebody has ended the connection, it was idle for too long; behind a proxy: a prepared
            // statement of another connection. What was under way when a server began to shut down has been rolled back.
            1053 | 1927 | 4031 | 1243 => Judgement::Dismissed,
            // What went wrong went wrong at the commit, or between the server and us.
            1180 | 3100 | 1158..=1161 => Judgement::Unknown,
            // A replica, or a primary that has become one; a node that has lost its cluster.
            1290 | 1792 | 1836 | 1047 => Judgement::Demoted,
            1021 | 1114 => Judgement::Full,
            // A file, or a storage engine, and the system's own number for the reason.
            1026 | 1030 if database.message().contains("No space left") => Judgement::Full,
            // A damaged table or index.
            1712 | 1877 => Judgement::Corrupt,
            1153 => Judgement::TooLarge,
            _ => Judgement::Refused,
        }
    }

    fn explain(error: Error) -> Cause {
        if database(&error).is_some_and(|error| error.number() == 1062) {
            return Duplicate.into();
        }
        error.into()
    }
}

impl Asked<MySql> for Each {
    async fn ask(connection: &mut MySqlConnection, statement: &Statement, values: &[Value<'_>]) -> Result<Self, Error> {
        let text = AssertSqlSafe(in_one_transaction(statement.as_str(), values));
        let steps = connection.fetch_many(sqlx::raw_sql(text));
        let affected = steps.try_filter_map(async |step| Ok(step.left().map(|result| result.rows_affected())));
        match affected.try_collect::<Vec<_>>().await {
            Ok(mut affected) => {
                // Of the beginning and the end.
                affected.pop();
                Ok(Self(affected.into_iter().skip(1).collect()))
            }
            Err(error) => {
                undo(connection, &error).await?;
                Err(error)
            }
        }
    }
}

/// Ends a transaction in which something went wrong: it is open still where the server has undone no more than one statement of it.
async fn undo(connection: &mut MySqlConnection, error: &Error) -> Result<(), Error> {
    if !MySql::judge(error).ends_the_connection() {
        sqlx::raw_sql("ROLLBACK").execute(connection).await?;
    }
    Ok(())
}

/// The whole answer: to the very end, or the next statement would have to read what is left.
async fn collect(mut steps: impl Stream<Item = Step> + Unpin) -> Result<Answer<MySql>, Error> {
    let mut answer = Answer::new();
    while let Some(step) = steps.try_next().await? {
        match step {
            Either::Left(result) => answer.affected += result.rows_affected(),
            Either::Right(row) => answer.rows.push(row),
        }
    }
    Ok(answer)
}

/// There is a row with this key. The server's own message would show the key.
#[derive(Debug, thiserror::Error)]
#[error("the database has a row with this key")]
pub(super) struct Duplicate;

/// What the server says, if it is the server that says it.
pub(super) fn database(error: &Error) -> Option<&MySqlDatabaseError> {
    let error = error.as_database_error()?;
    error.try_downcast_ref()
}

/// How long to wait for a row: less than the answer may take, so that it is known that nothing was done. The server counts in seconds.
fn lock_wait_seconds(answer_within: Duration) -> u64 {
    answer_within.saturating_sub(Duration::from_millis(1)).as_secs().max(1)
}

fn bytes(row: &MySqlRow, column: usize) -> Result<Option<Cow<'_, [u8]>>, Error> {
    let bytes: Option<&[u8]> = row.try_get(column)?;
    Ok(bytes.map(Cow::Borrowed))
}

/// From bytes, for texts are kept as such.
fn text(row: &MySqlRow, column: usize) -> Result<Option<&str>, Error> {
    let bytes: Option<&[u8]> = row.try_get(column)?;
    bytes
        .map(str::from_utf8)
        .transpose()
        .map_err(|error| Error::Decode(error.into()))
}

/// Texts go as bytes: no character set of the connection's or the server's changes them.
fn bind<'a>(query: Query<'a, MySql, MySqlArguments>, value: &Value<'_>) -> Query<'a, MySql, MySqlArguments> {
    match *value {
        Value::Number(number) => query.bind(number),
        Value::Bytes(bytes) => query.bind(bytes),
        Value::Text(text) => query.bind(text.map(str::as_bytes)),
        // No statement of this engine has arrays.
        Value::Numbers(_) | Value::Strings(_) => query.bind(None::<i64>),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_gives_up_before_we_do_where_its_seconds_allow() {
        for (answer_within, seconds) in [(10, 1), (1000, 1), (2000, 1), (2001, 2), (60_000, 59)] {
            assert_eq!(lock_wait_seconds(Duration::from_millis(answer_within)), seconds);
        }
    }
}
