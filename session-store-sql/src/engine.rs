//! What the three engines have in common, and where they differ.

use std::future::Future;
use std::time::Duration;

use session_core::Cause;
use sqlx::{Connection, Database, Error};

use crate::judgement::Judgement;
use crate::statement::Statement;
use crate::value::Value;

/// How to connect to an engine.
pub(crate) type Options<E> = <<E as Database>::Connection as Connection>::Options;

/// A database that holds sessions.
pub(crate) trait Engine: Database {
    /// Whether a connection ends what its caller has left, and is then as good as before: one that is a thread of this process.
    const OUTLIVES_CALLERS: bool = false;

    /// A connection that is ready for the store's statements. `answer_within` is how long they may take.
    fn connect(
        options: &Options<Self>,
        answer_within: Duration,
    ) -> impl Future<Output = Result<Self::Connection, Error>> + Send;

    /// Runs a statement to its very end, where its commit is known.
    fn run(
        connection: &mut Self::Connection,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> impl Future<Output = Result<Answer<Self>, Error>> + Send;

    /// Runs a statement that answers one row at most, to its very end.
    ///
    /// For drivers that have a shorter way to one row.
    fn run_for_one(
        connection: &mut Self::Connection,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> impl Future<Output = Result<Option<Self::Row>, Error>> + Send {
        async move {
            let answer = Self::run(connection, statement, values).await?;
            Ok(answer.rows.into_iter().next())
        }
    }

    /// What an error means for the statement and its connection.
    fn judge(error: &Error) -> Judgement;

    /// The error as the cause of a store's, with what is known of it besides.
    fn explain(error: Error) -> Cause {
        error.into()
    }
}

/// What a statement answers.
pub(crate) struct Answer<E: Database> {
    pub(crate) rows: Vec<E::Row>,
    /// How many rows were written or found, of all its parts together.
    pub(crate) affected: u64,
}

impl<E: Database> Answer<E> {
    pub(crate) const fn new() -> Self {
        Self {
            rows: Vec::new(),
            affected: 0,
        }
    }
}

/// What somebody wants to know of a statement's answer.
pub(crate) trait Asked<E: Engine>: Sized {
    fn ask(
        connection: &mut E::Connection,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> impl Future<Output = Result<Self, Error>> + Send;
}

impl<E: Engine> Asked<E> for Answer<E> {
    fn ask(
        connection: &mut E::Connection,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> impl Future<Output = Result<Self, Error>> + Send {
        E::run(connection, statement, values)
    }
}

/// How many rows a statement wrote for each of those for whom it went. All of them are in one transaction.
#[cfg(feature = "mysql")]
pub(crate) struct Each(pub(crate) Vec<u64>);

/// The only row of an answer.
pub(crate) struct One<E: Database>(pub(crate) Option<E::Row>);

impl<E: Engine> Asked<E> for One<E> {
    async fn ask(connection: &mut E::Connection, statement: &Statement, values: &[Value<'_>]) -> Result<Self, Error> {
        E::run_for_one(connection, statement, values).await.map(Self)
    }
}
