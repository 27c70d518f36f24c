//! How SQLite is talked to.

use std::borrow::Cow;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions as _, Either, Error, Executor as _, Row, Sqlite};
use tokio::time::{Instant, sleep};

use crate::engine::{Answer, Engine, Options};
use crate::judgement::Judgement;
use crate::row::implement_row;
use crate::statement::Statement;
use crate::value::Value;

/// How long SQLite itself waits for a lock. Short, for its pauses grow: whoever asks seldom finds a busy file locked each time.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_millis(20);

/// The longest pause before something is tried again that SQLite does not wait for itself.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_millis(20);

implement_row!(
    SqliteRow,
    |row, column| {
        let bytes: Option<&[u8]> = row.try_get(column)?;
        Ok(bytes.map(Cow::Borrowed))
    },
    |row, column| row.try_get(column)
);

impl Engine for Sqlite {
    const OUTLIVES_CALLERS: bool = true;

    async fn connect(options: &Options<Self>, answer_within: Duration) -> Result<SqliteConnection, Error> {
        let give_up_at = Instant::now() + answer_within / 4;
        loop {
            match options.connect().await {
                Err(error) if Self::judge(&error) == Judgement::Held && Instant::now() < give_up_at => {
                    sleep(LONGEST_PAUSE.mul_f64(fastrand::f64())).await;
                }
                connection => return connection,
            }
        }
    }

    /// A statement may have several parts, of which the first may write and the others only say what is there where it did not.
    async fn run(
        connection: &mut SqliteConnection,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Answer<Self>, Error> {
        let parts = statement.as_str().split(';').count();
        let mut steps = connection.fetch_many(values.iter().fold(sqlx::query(statement.to_sql()), bind));
        let mut answer = Answer::new();
        let mut finished = 0;
        loop {
            match steps.try_next().await {
                Ok(Some(Either::Left(result))) => {
                    // A part that only reads repeats the number of the one before it.
                    if finished == 0 {
                        answer.affected = result.rows_affected();
                    }
                    finished += 1;
                }
                Ok(Some(Either::Right(row))) => answer.rows.push(row),
                Ok(None) if finished == parts => return Ok(answer),
                // Nobody says so where the connection's thread is no more.
                Ok(None) => return Err(Error::WorkerCrashed),
                // The first part has written, and that was the answer.
                Err(Error::Database(_)) if finished > 0 && answer.affected > 0 => return Ok(answer),
                Err(error) => return Err(error),
            }
        }
    }

    fn judge(error: &Error) -> Judgement {
        let Some(code) = code(error) else {
            return Judgement::of_driver(error);
        };
        match (code & 0xff, code) {
            // Busy, locked, a lock that was lost too often, a schema that changed too often.
            (5 | 6 | 15 | 17, _) => Judgement::Held,
            // Also where the file that the processes share has no room to grow.
            (13, _) | (_, 4874) => Judgement::Full,
            // A commit whose flush to the disk failed can be found there by a process that starts after a crash.
            (10, _) => Judgement::Unknown,
            (11 | 26, _) => Judgement::Corrupt,
            _ => Judgement::Refused,
        }
    }
}

/// SQLite's extended code, whose lowest eight bits are the plain one.
pub(super) fn code(error: &Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

fn bind<'a>(query: Query<'a, Sqlite, SqliteArguments>, value: &Value<'_>) -> Query<'a, Sqlite, SqliteArguments> {
    match *value {
        Value::Number(number) => query.bind(number),
        Value::Bytes(bytes) => query.bind(bytes),
        Value::Text(text) => query.bind(text),
        // No statement of this engine has arrays.
        Value::Numbers(_) | Value::Strings(_) => query.bind(None::<i64>),
    }
}
