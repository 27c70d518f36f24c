//! What statements answer, read.

use std::borrow::Cow;

use session_batching::{Failed, Seen, Settled};
use session_core::{Listed, Loaded, Moment, Owner, Record, Revision, Scanned, StoreError, StoreKey};

/// What statements say in their first column, where they have several answers: it was done.
pub(crate) const APPLIED: i64 = 1;
/// The owner's sessions were ended after the sign-in began.
pub(crate) const CUT_OFF: i64 = 2;

/// No bytes sort before any.
pub(crate) const BEFORE_ALL_KEYS: &[u8] = &[];

/// A row of an engine.
pub(crate) trait Row {
    fn number(&self, column: usize) -> Result<Option<i64>, sqlx::Error>;
    fn bytes(&self, column: usize) -> Result<Option<Cow<'_, [u8]>>, sqlx::Error>;
    fn text(&self, column: usize) -> Result<Option<&str>, sqlx::Error>;
}

/// A column that does not hold what it should. Its content is not shown.
#[derive(Debug, thiserror::Error)]
#[error("the column {column} holds {found}, needs {needed}")]
struct InvalidColumn {
    column: usize,
    found: String,
    needed: &'static str,
}

/// The number in a column that has one.
pub(crate) fn number(row: &impl Row, column: usize) -> Result<i64, StoreError> {
    row.number(column)
        .map_err(corrupt)?
        .ok_or_else(|| invalid(column, "nothing", "a number"))
}

pub(crate) fn key(row: &impl Row, column: usize) -> Result<StoreKey, StoreError> {
    optional_key(row, column)?.ok_or_else(|| invalid(column, "nothing", "a key of 32 bytes"))
}

pub(crate) fn optional_key(row: &impl Row, column: usize) -> Result<Option<StoreKey>, StoreError> {
    let Some(bytes) = row.bytes(column).map_err(corrupt)? else {
        return Ok(None);
    };
    let key = bytes
        .as_ref()
        .try_into()
        .map_err(|_| invalid(column, format!("{} bytes", bytes.len()), "a key of 32 bytes"))?;
    Ok(Some(StoreKey::from_bytes(key)))
}

/// A record from `revision, created_at, last_seen_at, expires_at, owner, payload`, the first of them in column `first`.
pub(crate) fn record(row: &impl Row, first: usize) -> Result<Record, StoreError> {
    let payload = row
        .bytes(first + 5)
        .map_err(corrupt)?
        .ok_or_else(|| invalid(first + 5, "nothing", "a payload"))?;
    Ok(Record {
        revision: revision(row, first)?,
        created_at: moment(row, first + 1)?,
        last_seen_at: moment(row, first + 2)?,
        expires_at: moment(row, first + 3)?,
        owner: owner(row, first + 4)?,
        payload: payload.as_ref().into(),
    })
}

pub(crate) fn revision(row: &impl Row, column: usize) -> Result<Revision, StoreError> {
    Ok(Revision::from_u64(number(row, column)?.cast_unsigned()))
}

/// What a load found: the successor, or else a record in the columns after it.
pub(crate) fn loaded(rows: &[impl Row]) -> Result<Loaded, StoreError> {
    let Some(row) = rows.first() else {
        return Ok(Loaded::Absent);
    };
    loaded_from(row, 0)
}

/// What a load of several found, from `id` and what [`loaded`] reads.
fn seen(row: &impl Row) -> Result<Seen, StoreError> {
    Ok(Seen {
        key: key(row, 0)?,
        expires_at: moment(row, 5)?,
        what: loaded_from(row, 1),
    })
}

fn loaded_from(row: &impl Row, first: usize) -> Result<Loaded, StoreError> {
    Ok(match optional_key(row, first)? {
        Some(successor) => Loaded::Moved(successor),
        None => Loaded::Found(record(row, first + 1)?),
    })
}

/// The answers of a load of several. If one can't be told whose it is, each is asked for alone.
pub(crate) fn all_seen(rows: &[impl Row]) -> Result<Vec<Seen>, Failed> {
    rows.iter()
        .map(seen)
        .collect::<Result<_, _>>()
        .map_err(|_| Failed::OneByOne)
}

/// The sessions that a statement wrote to.
pub(crate) fn applied(rows: &[impl Row]) -> Result<Vec<Settled>, Failed> {
    let told: Result<_, _> = rows.iter().map(|row| key(row, 0).map(Settled::applied)).collect();
    // It has written, whoever it was.
    told.map_err(|error: StoreError| Failed::All(StoreError::ReplyLost(error.into())))
}

/// A session of a list, from `id, created_at, last_seen_at, expires_at`.
pub(crate) fn listed(row: &impl Row) -> Result<Listed, StoreError> {
    Ok(Listed {
        key: key(row, 0)?,
        created_at: moment(row, 1)?,
        last_seen_at: moment(row, 2)?,
        expires_at: moment(row, 3)?,
    })
}

/// A page of keys, from `id`.
pub(crate) fn scanned(rows: &[impl Row], limit: usize) -> Result<Scanned, StoreError> {
    let keys: Result<_, _> = rows.iter().map(|row| key(row, 0)).collect();
    Ok(Scanned::in_order(keys?, limit))
}

/// How many rows have a one in their first column.
pub(crate) fn ones(rows: &[impl Row]) -> Result<u64, StoreError> {
    let mut ones = 0;
    for row in rows {
        ones += u64::from(number(row, 0)? == 1);
    }
    Ok(ones)
}

/// The number that a count answers.
pub(crate) fn counted(rows: &[impl Row]) -> Result<u64, StoreError> {
    Ok(answered(rows)?.cast_unsigned())
}

/// The number that a statement answers.
pub(crate) fn answered(rows: &[impl Row]) -> Result<i64, StoreError> {
    let row = rows.first().ok_or_else(|| invalid(0, "no row", "a number"))?;
    number(row, 0)
}

fn moment(row: &impl Row, column: usize) -> Result<Moment, StoreError> {
    let millis = u64::try_from(number(row, column)?);
    let millis = millis.map_err(|_| invalid(column, "a negative number", "milliseconds since 1970"))?;
    Ok(Moment::from_millis(millis))
}

fn owner(row: &impl Row, column: usize) -> Result<Option<Owner>, StoreError> {
    let Some(name) = row.text(column).map_err(corrupt)? else {
        return Ok(None);
    };
    Owner::new(name)
        .map(Some)
        .map_err(|error| StoreError::Corrupt(error.into()))
}

fn invalid(column: usize, found: impl Into<String>, needed: &'static str) -> StoreError {
    let found = found.into();
    StoreError::Corrupt(InvalidColumn { column, found, needed }.into())
}

fn corrupt(error: sqlx::Error) -> StoreError {
    StoreError::Corrupt(error.into())
}

/// `Row` for the row type of a driver.
macro_rules! implement_row {
    ($row:ty, $bytes:expr, $text:expr) => {
        impl $crate::row::Row for $row {
            fn number(&self, column: usize) -> Result<Option<i64>, sqlx::Error> {
                sqlx::Row::try_get(self, column)
            }

            fn bytes(&self, column: usize) -> Result<Option<std::borrow::Cow<'_, [u8]>>, sqlx::Error> {
                let bytes: fn(&$row, usize) -> Result<Option<std::borrow::Cow<'_, [u8]>>, sqlx::Error> = $bytes;
                bytes(self, column)
            }

            fn text(&self, column: usize) -> Result<Option<&str>, sqlx::Error> {
                let text: fn(&$row, usize) -> Result<Option<&str>, sqlx::Error> = $text;
                text(self, column)
            }
        }
    };
}
pub(crate) use implement_row;
