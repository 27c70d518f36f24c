//! How PostgreSQL is talked to.

use std::borrow::Cow;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use session_core::Cause;
use sqlx::postgres::{PgArguments, PgConnection, PgDatabaseError, PgRow, PgValueFormat};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Either, Error, Executor as _, Postgres, Row};

use crate::engine::{Answer, Engine, Options};
use crate::judgement::Judgement;
use crate::row::implement_row;
use crate::statement::Statement;
use crate::value::Value;

use super::inline::inlined;

implement_row!(PgRow, bytes, |row, column| row.try_get(column));

impl Engine for Postgres {
    async fn connect(options: &Options<Self>, _answer_within: Duration) -> Result<PgConnection, Error> {
        options.connect().await
    }

    async fn run(
        connection: &mut PgConnection,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Answer<Self>, Error> {
        // A statement is committed when the server is ready for the next, not when it has sent the rows.
        let mut steps = if statement.is_inlined() {
            connection.fetch_many(sqlx::raw_sql(AssertSqlSafe(inlined(statement.as_str(), values))))
        } else {
            connection.fetch_many(values.iter().fold(sqlx::query(statement.to_sql()), bind))
        };
        let mut answer = Answer::new();
        while let Some(step) = steps.try_next().await? {
            match step {
                Either::Left(result) => answer.affected += result.rows_affected(),
                Either::Right(row) => answer.rows.push(row),
            }
        }
        Ok(answer)
    }

    async fn run_for_one(
        connection: &mut PgConnection,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Option<PgRow>, Error> {
        if statement.is_inlined() {
            return Ok(Self::run(connection, statement, values).await?.rows.into_iter().next());
        }
        // This driver goes on after the row, until the server is ready for the next statement.
        let query = values.iter().fold(sqlx::query(statement.to_sql()), bind);
        connection.fetch_optional(query).await
    }

    fn judge(error: &Error) -> Judgement {
        let Error::Database(error) = error else {
            return Judgement::of_driver(error);
        };
        match error.downcast_ref::<PgDatabaseError>().code() {
            // Serialisation failure, deadlock.
            "40001" | "40P01" => Judgement::Again,
            // `lock_timeout`.
            "55P03" => Judgement::Held,
            // The server was told to end the connection, was starting, or found it idle for too long.
            "57P01" | "57P03" | "57P05" => Judgement::Dismissed,
            // Another process of the server has crashed: it can't be known how far this one was.
            "57P02" => Judgement::Unknown,
            // A standby, or a primary that has become one.
            "25006" => Judgement::Demoted,
            "53100" => Judgement::Full,
            // A damaged page or index.
            "XX001" | "XX002" => Judgement::Corrupt,
            _ => Judgement::Refused,
        }
    }

    fn explain(error: Error) -> Cause {
        let is_of_a_pooler = error.as_database_error().is_some_and(|error| {
            let error: &PgDatabaseError = error.downcast_ref();
            matches!(error.code(), "26000" | "42P05")
                || error.code() == "08P01" && error.message().contains("prepared statement")
        });
        if is_of_a_pooler {
            return Pooler(error).into();
        }
        error.into()
    }
}

/// Without a copy, but for statements that were not prepared: those are answered in text.
fn bytes(row: &PgRow, column: usize) -> Result<Option<Cow<'_, [u8]>>, Error> {
    if row.try_get_raw(column)?.format() == PgValueFormat::Text {
        let bytes: Option<Vec<u8>> = row.try_get(column)?;
        return Ok(bytes.map(Cow::Owned));
    }
    let bytes: Option<&[u8]> = row.try_get(column)?;
    Ok(bytes.map(Cow::Borrowed))
}

/// A statement that was prepared is unknown or another, or one that was not is known.
#[derive(Debug, thiserror::Error)]
#[error("prepared statements get mixed up, as by a pooler in transaction mode: see `through_transaction_pooler`")]
struct Pooler(#[source] Error);

fn bind<'a>(query: Query<'a, Postgres, PgArguments>, value: &Value<'_>) -> Query<'a, Postgres, PgArguments> {
    match *value {
        Value::Number(number) => query.bind(number),
        Value::Bytes(bytes) => query.bind(bytes),
        Value::Text(text) => query.bind(text),
        Value::Numbers(numbers) => query.bind(numbers),
        Value::Strings(strings) => query.bind(strings),
    }
}
