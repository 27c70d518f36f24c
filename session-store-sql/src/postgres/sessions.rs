//! Sessions under their keys: what concerns one at a time.

use session_batching::Update;
use session_core::{
    CUT_OFF_KEPT, Created, Deleted, Loaded, Moment, Record, StoreError, StoreKey, Touch, Touched, Updated,
};
use sqlx::Postgres;
use sqlx::postgres::PgRow;

use crate::connections::{Connections, Intent};
use crate::engine::Answer;
use crate::given::{check_size, signing_in};
use crate::names::Names;
use crate::row::{self, APPLIED, CUT_OFF};
use crate::statement::Statement;
use crate::value::{Value, values};

use super::statements::Statements;

/// The tables of sessions.
pub(super) struct Sessions {
    pub(super) connections: Connections<Postgres>,
    pub(super) statements: Statements,
    pub(super) names: Names,
    /// Of several updates.
    pub(super) most_bytes_together: usize,
}

impl Sessions {
    pub(super) async fn write(
        &self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Answer<Postgres>, StoreError> {
        self.connections.run(Intent::Write, statement, values).await
    }

    pub(super) async fn read(&self, statement: &Statement, values: &[Value<'_>]) -> Result<Vec<PgRow>, StoreError> {
        let answer = self.connections.run(Intent::Read, statement, values).await?;
        Ok(answer.rows)
    }

    /// For a statement that answers one row at most.
    async fn write_for_one(&self, statement: &Statement, values: &[Value<'_>]) -> Result<Option<PgRow>, StoreError> {
        self.connections.run_for_one(Intent::Write, statement, values).await
    }

    pub(super) async fn create(
        &self,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
    ) -> Result<Created, StoreError> {
        check_size(record)?;
        let Some(signs_in) = signing_in(record, signs_in) else {
            let values = values![
                key,
                record.revision,
                record.created_at,
                record.last_seen_at,
                record.expires_at,
                record.owner.as_ref(),
                record.payload.as_ref(),
            ];
            let created = self.write(&self.statements.create, values).await?;
            return Ok(if created.affected == 1 {
                Created::Created
            } else {
                Created::Taken
            });
        };
        let values = values![
            key,
            record.revision,
            record.created_at,
            record.last_seen_at,
            record.expires_at,
            record.owner.as_ref(),
            record.payload.as_ref(),
            signs_in,
            signs_in + CUT_OFF_KEPT,
        ];
        let created = self.write_for_one(&self.statements.create_signed_in, values).await?;
        Ok(match row::answered(created.as_slice())? {
            APPLIED => Created::Created,
            CUT_OFF => Created::CutOff,
            _ => Created::Taken,
        })
    }

    pub(super) async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        let (load, values) = (&self.statements.load, values![key, now]);
        let found = self.connections.run_for_one(Intent::Read, load, values).await?;
        row::loaded(found.as_slice())
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
        let Some(found) = self.write_for_one(&self.statements.update, values).await? else {
            return Ok(Updated::Gone);
        };
        if row::number(&found, 0)? == APPLIED {
            return Ok(Updated::Applied);
        }
        let current = row::key(&found, 1)?;
        if current != update.key {
            return Ok(Updated::Moved(current));
        }
        Ok(Updated::Conflict(row::record(&found, 2)?))
    }

    pub(super) async fn touch(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Result<Touched, StoreError> {
        let values = values![key, now, touch.expected, touch.last_seen_at, touch.expires_at];
        let Some(found) = self.write_for_one(&self.statements.touch, values).await? else {
            return Ok(Touched::Gone);
        };
        if row::number(&found, 0)? == APPLIED {
            return Ok(Touched::Touched);
        }
        let current = row::key(&found, 1)?;
        Ok(if current == *key {
            Touched::Stale
        } else {
            Touched::Moved(current)
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
