//! Sessions under their keys: what concerns one at a time.

use session_batching::Update;
use session_core::{Created, Deleted, Loaded, Moment, Record, StoreError, StoreKey, Touch, Touched, Updated};
use sqlx::Sqlite;
use sqlx::sqlite::SqliteRow;

use crate::connections::{Connections, Intent};
use crate::engine::Answer;
use crate::given::{check_size, signing_in};
use crate::names::Names;
use crate::row;
use crate::statement::Statement;
use crate::value::{Value, values};

use super::file::File;
use super::statements::Statements;

/// The tables of sessions.
///
/// SQLite has one writer at a time. Here they stand in line for one connection, rather than to try one after the other whether
/// the file is free. Readers are in nobody's way.
pub(super) struct Sessions {
    pub(super) writer: Connections<Sqlite>,
    pub(super) readers: Connections<Sqlite>,
    pub(super) statements: Statements,
    pub(super) names: Names,
    pub(super) file: File,
}

impl Sessions {
    pub(super) async fn write(
        &self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Answer<Sqlite>, StoreError> {
        self.writer.run(Intent::Write, statement, values).await
    }

    pub(super) async fn read(&self, statement: &Statement, values: &[Value<'_>]) -> Result<Vec<SqliteRow>, StoreError> {
        let answer = self.readers.run(Intent::Read, statement, values).await?;
        Ok(answer.rows)
    }

    pub(super) async fn create(
        &self,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
    ) -> Result<Created, StoreError> {
        check_size(record)?;
        let values = values![
            key,
            record.revision,
            record.created_at,
            record.last_seen_at,
            record.expires_at,
            record.owner.as_ref(),
            record.payload.as_ref(),
            signing_in(record, signs_in),
        ];
        let created = self.write(&self.statements.create, values).await?;
        Ok(if created.affected > 0 {
            Created::Created
        } else if created.rows.is_empty() {
            Created::Taken
        } else {
            Created::CutOff
        })
    }

    pub(super) async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        row::loaded(&self.read(&self.statements.load, values![key, now]).await?)
    }

    pub(super) async fn update(&self, update: &Update) -> Result<Updated, StoreError> {
        let (record, expected) = (&update.record, update.expected);
        let values = values![
            &update.key,
            update.now,
            expected,
            record.revision,
            record.last_seen_at,
            record.expires_at,
            record.payload.as_ref(),
        ];
        loop {
            let answer = self.write(&self.statements.update, values).await?;
            if answer.affected > 0 {
                return Ok(Updated::Applied);
            }
            return Ok(match row::loaded(&answer.rows)? {
                // Another process came between the two parts of the statement, and nothing was done.
                Loaded::Found(current) if current.revision == expected => continue,
                Loaded::Found(current) => Updated::Conflict(current),
                Loaded::Moved(successor) => Updated::Moved(successor),
                Loaded::Absent => Updated::Gone,
            });
        }
    }

    pub(super) async fn touch(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Result<Touched, StoreError> {
        let values = values![key, now, touch.expected, touch.last_seen_at, touch.expires_at];
        let answer = self.write(&self.statements.touch, values).await?;
        if answer.affected > 0 {
            return Ok(Touched::Touched);
        }
        let Some(found) = answer.rows.first() else {
            return Ok(Touched::Gone);
        };
        Ok(match row::optional_key(found, 0)? {
            Some(successor) => Touched::Moved(successor),
            None => Touched::Stale,
        })
    }

    pub(super) async fn delete(&self, key: &StoreKey, now: Moment) -> Result<Deleted, StoreError> {
        let deleted = self.write(&self.statements.delete, values![key, now]).await?;
        Ok(if row::ones(&deleted.rows)? > 0 {
            Deleted::Deleted
        } else {
            Deleted::Absent
        })
    }
}
