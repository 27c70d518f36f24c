//! Sessions under their keys: what concerns one at a time.

use session_batching::Update;
use session_core::{Created, Deleted, Loaded, Moment, Record, StoreError, StoreKey, Touch, Touched, Updated};
use sqlx::MySql;
use sqlx::mysql::MySqlRow;

use crate::connections::{Connections, Intent};
use crate::engine::Answer;
use crate::given::{check_size_within, signing_in};
use crate::names::Names;
use crate::row;
use crate::statement::Statement;
use crate::value::{Value, values};

use super::engine::Duplicate;
use super::statements::Statements;

/// How often a write that matched nothing, and yet finds what it expects when it looks, is tried.
pub(super) const ATTEMPTS: usize = 3;

/// A session that is as expected whenever it is looked at, and is not when it is written to.
#[derive(Debug, thiserror::Error)]
#[error("the session changed between each write and the look after it")]
pub(super) struct Unsettled;

/// The values of an update.
pub(super) fn updating(update: &Update) -> [Value<'_>; 7] {
    *values![
        update.record.revision,
        update.record.last_seen_at,
        update.record.expires_at,
        update.record.payload.as_ref(),
        &update.key,
        update.expected,
        update.now,
    ]
}

/// The tables of sessions.
pub(super) struct Sessions {
    pub(super) connections: Connections<MySql>,
    pub(super) statements: Statements,
    pub(super) names: Names,
    /// What the server's `max_allowed_packet` leaves for a payload.
    pub(super) most_payload_bytes: usize,
    /// Of several updates.
    pub(super) most_bytes_together: usize,
}

impl Sessions {
    pub(super) async fn write(&self, statement: &Statement, values: &[Value<'_>]) -> Result<Answer<MySql>, StoreError> {
        self.connections.run(Intent::Write, statement, values).await
    }

    pub(super) async fn read(&self, statement: &Statement, values: &[Value<'_>]) -> Result<Vec<MySqlRow>, StoreError> {
        let answer = self.connections.run(Intent::Read, statement, values).await?;
        Ok(answer.rows)
    }

    pub(super) async fn create(
        &self,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
    ) -> Result<Created, StoreError> {
        check_size_within(record, self.most_payload_bytes)?;
        let owner = record.owner.as_ref();
        let filed = values![
            key,
            key,
            record.revision,
            record.created_at,
            record.last_seen_at,
            record.expires_at,
            owner,
            record.payload.as_ref(),
        ];
        let created = match signing_in(record, signs_in) {
            Some(signs_in) => {
                let values = [filed.as_slice(), values![owner, signs_in]].concat();
                self.write(&self.statements.create_signed_in, &values).await
            }
            None => self.write(&self.statements.create, filed).await,
        };
        match created {
            Ok(created) if created.affected == 0 => Ok(Created::CutOff),
            Ok(_) => Ok(Created::Created),
            Err(StoreError::Unavailable(cause)) if cause.is::<Duplicate>() => Ok(Created::Taken),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        row::loaded(&self.read(&self.statements.load, values![key, now]).await?)
    }

    pub(super) async fn update(&self, update: &Update) -> Result<Updated, StoreError> {
        let Update { key, expected, now, .. } = update;
        let values = updating(update);
        for _ in 0..ATTEMPTS {
            if self.write(&self.statements.update, &values).await?.affected > 0 {
                return Ok(Updated::Applied);
            }
            return Ok(match self.load(key, *now).await? {
                Loaded::Found(current) if current.revision == *expected => continue,
                Loaded::Found(current) => Updated::Conflict(current),
                Loaded::Moved(successor) => Updated::Moved(successor),
                Loaded::Absent => Updated::Gone,
            });
        }
        Err(StoreError::Unavailable(Unsettled.into()))
    }

    pub(super) async fn touch(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Result<Touched, StoreError> {
        let values = values![touch.last_seen_at, touch.expires_at, key, touch.expected, now];
        for _ in 0..ATTEMPTS {
            if self.write(&self.statements.touch, values).await?.affected > 0 {
                return Ok(Touched::Touched);
            }
            let seen = self.read(&self.statements.look, values![key, now]).await?;
            let Some(seen) = seen.first() else {
                return Ok(Touched::Gone);
            };
            if let Some(successor) = row::optional_key(seen, 0)? {
                return Ok(Touched::Moved(successor));
            }
            if row::revision(seen, 1)? != touch.expected {
                return Ok(Touched::Stale);
            }
        }
        Err(StoreError::Unavailable(Unsettled.into()))
    }

    /// What lives first, and where there is nothing, whatever is there.
    ///
    /// MySQL's deletions do not say what they found. A session that had ended for the first statement may be touched before the
    /// second, by a request that read the clock before the end. Then it is deleted, and the answer is that there was none: as this
    /// caller's clock and the first statement have it. Nobody acts on the difference, and the session does not come back.
    pub(super) async fn delete(&self, key: &StoreKey, now: Moment) -> Result<Deleted, StoreError> {
        let living = self.write(&self.statements.delete, values![key, now, now]).await?;
        if living.affected > 0 {
            return Ok(Deleted::Deleted);
        }
        self.write(&self.statements.delete_ended, values![key, now]).await?;
        Ok(Deleted::Absent)
    }
}
