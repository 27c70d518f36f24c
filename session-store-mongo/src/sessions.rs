//! One session at a time.

use std::pin::pin;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use mongodb::bson::raw::RawBsonRef;
use mongodb::bson::{Document, RawDocument, RawDocumentBuf, doc};
use mongodb::options::ReturnDocument;
use mongodb::raw_batch_cursor::RawBatch;
use mongodb::{Collection, Database};
use session_core::{
    Created, Deleted, Loaded, Moment, Owner, Record, Revision, StoreError, StoreKey, Touch, Touched, Updated,
};

use crate::deadline::Deadline;
use crate::document::{self, binary, number};
use crate::failure::Intent;
use crate::given::{check_size, signing_in};
use crate::line::Line;
use crate::moments::{date, removal};
use crate::statements::Statements;
use crate::stored::{Entry, InvalidDocument, Stored, entry};

/// How often a command is sent whose answer says that it may be sent again.
pub(crate) const ATTEMPTS: u32 = 3;
/// How many marks are followed: a session is rotated seldom, and a mark does not live long.
pub(crate) const MOST_MARKS: usize = 32;

/// Where the sessions are.
pub(crate) struct Sessions {
    pub(crate) collection: Collection<RawDocumentBuf>,
    pub(crate) database: Database,
    /// What the collection has, for commands of our own.
    pub(crate) write_concern: RawDocumentBuf,
    pub(crate) response_timeout: Duration,
    pub(crate) line: Line,
}

/// A write found nothing to do, and nothing that would explain it, again and again.
#[derive(Debug, thiserror::Error)]
#[error("others changed the session at the same time, again and again")]
struct Unsettled;

#[derive(Debug, thiserror::Error)]
#[error("the session was rotated so often that nobody follows it to its place")]
struct LostTrack;

impl Sessions {
    pub(crate) fn deadline(&self) -> Deadline<'_> {
        Deadline::after(self.response_timeout, &self.line)
    }

    pub(crate) async fn create(
        &self,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Result<Created, StoreError> {
        check_size(record)?;
        let deadline = self.deadline();
        if let Some(signing_in) = signing_in(record, signs_in) {
            return self.create_signed_in(key, record, signing_in, now, deadline).await;
        }
        let document = document::record(key, record, now);
        match deadline.of(self.collection.insert_one(document)).await {
            Ok(_) => Ok(Created::Created),
            Err(failure) if failure.is_duplicate() => Ok(Created::Taken),
            Err(failure) => Err(failure.of(Intent::Write)),
        }
    }

    /// The record first, then the look at the cut-off, in one command. Whoever ends all sessions of the owner moves the cut-off first, so
    /// either it finds this one listed, or this one finds the cut-off.
    async fn create_signed_in(
        &self,
        key: &StoreKey,
        record: &Record,
        (owner, signs_in): (&Owner, Moment),
        now: Moment,
        deadline: Deadline<'_>,
    ) -> Result<Created, StoreError> {
        let statements = || {
            Statements::new()
                .insert(key, document::replacement(record, now))
                .stop_if_cut_off(owner, signs_in)
        };
        let outcome = self.run(statements, deadline).await;
        let outcome = outcome.map_err(|failure| failure.of(Intent::Write))?;
        let mut is_ours = outcome.inserted;
        if outcome.is_repeated && !is_ours {
            is_ours = self.has(key, record.revision, deadline).await.map_err(after_a_write)?;
        }
        if outcome.stopped_by.is_some() {
            if is_ours {
                let removed = self.remove(key, record.revision, deadline).await;
                removed.map_err(after_a_write)?;
            }
            return Ok(Created::CutOff);
        }
        Ok(if is_ours { Created::Created } else { Created::Taken })
    }

    pub(crate) async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        self.look(key, now, self.deadline()).await
    }

    pub(crate) async fn look(&self, key: &StoreKey, now: Moment, deadline: Deadline<'_>) -> Result<Loaded, StoreError> {
        Ok(match self.stored(key, deadline).await? {
            Some(Stored::Record(record)) if !record.expires_at.has_passed(now) => Loaded::Found(record),
            Some(Stored::Mark { successor, expires_at }) if !expires_at.has_passed(now) => Loaded::Moved(successor),
            Some(Stored::Record(_) | Stored::Mark { .. } | Stored::Tombstone) | None => Loaded::Absent,
        })
    }

    /// What is under `key`, ended or not. The driver's `find_one` sends the same command, and then copies the document twice more.
    ///
    /// The driver repeats it once where a connection failed, and this does where that was not enough.
    pub(crate) async fn stored(&self, key: &StoreKey, deadline: Deadline<'_>) -> Result<Option<Stored>, StoreError> {
        let mut attempts = 1;
        let batch = loop {
            let find = pin!(async {
                // Negative: one batch, and no cursor that stays open.
                let found = self.collection.find(doc! { "_id": binary(key) }).limit(-1);
                found.batch().await?.try_next().await
            });
            match deadline.of(find).await {
                Err(failure) if attempts < ATTEMPTS && failure.is_interruption() => attempts += 1,
                batch => break batch.map_err(|failure| failure.of(Intent::Read))?,
            }
        };
        let document = batch.as_ref().map(first).transpose()?.flatten();
        Ok(document.map(Stored::read).transpose()?)
    }

    /// The same without its data.
    pub(crate) async fn entry(&self, key: &StoreKey, deadline: Deadline<'_>) -> Result<Option<Entry>, StoreError> {
        let find = self.collection.find_one(doc! { "_id": binary(key) });
        let found = deadline.of(find.projection(entry())).await;
        let found = found.map_err(|failure| failure.of(Intent::Read))?;
        Ok(found.map(|document| Entry::read(&document)).transpose()?)
    }

    async fn has(&self, key: &StoreKey, expected: Revision, deadline: Deadline<'_>) -> Result<bool, StoreError> {
        let entry = self.entry(key, deadline).await?;
        Ok(matches!(entry, Some(Entry::Session { revision, .. }) if revision == expected))
    }

    /// Takes back what was written by an operation that then failed.
    pub(crate) async fn remove(
        &self,
        key: &StoreKey,
        revision: Revision,
        deadline: Deadline<'_>,
    ) -> Result<(), StoreError> {
        let filter = doc! { "_id": binary(key), "revision": number(revision) };
        let removed = deadline.of(self.collection.delete_one(filter)).await;
        removed.map(drop).map_err(|failure| failure.of(Intent::Write))
    }

    pub(crate) async fn update(
        &self,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Result<Updated, StoreError> {
        check_size(record)?;
        let deadline = self.deadline();
        let replacement = document::replacement(record, now);
        for _ in 0..ATTEMPTS {
            let replaced = self.collection.replace_one(living(key, expected, now), &replacement);
            let replaced = deadline.of(replaced).await;
            if replaced.map_err(|failure| failure.of(Intent::Write))?.matched_count > 0 {
                return Ok(Updated::Applied);
            }
            match self.look(key, now, deadline).await? {
                Loaded::Found(current) if current.revision == expected => {}
                Loaded::Found(current) => return Ok(Updated::Conflict(current)),
                Loaded::Moved(successor) => return Ok(Updated::Moved(successor)),
                Loaded::Absent => return Ok(Updated::Gone),
            }
        }
        Err(unsettled())
    }

    pub(crate) async fn touch(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Result<Touched, StoreError> {
        let deadline = self.deadline();
        let forward = doc! { "$max": {
            "lastSeen": date(touch.last_seen_at),
            "expires": date(touch.expires_at),
            "removeAt": removal(touch.expires_at, now),
        } };
        for _ in 0..ATTEMPTS {
            let touched = self
                .collection
                .update_one(living(key, touch.expected, now), forward.clone());
            let touched = deadline.of(touched).await;
            if touched.map_err(|failure| failure.of(Intent::Write))?.matched_count > 0 {
                return Ok(Touched::Touched);
            }
            match self.entry(key, deadline).await? {
                Some(Entry::Session {
                    revision, expires_at, ..
                }) if !expires_at.has_passed(now) => {
                    if revision != touch.expected {
                        return Ok(Touched::Stale);
                    }
                }
                Some(Entry::Mark { successor, expires_at }) if !expires_at.has_passed(now) => {
                    return Ok(Touched::Moved(successor));
                }
                Some(Entry::Session { .. } | Entry::Mark { .. } | Entry::Other) | None => return Ok(Touched::Gone),
            }
        }
        Err(unsettled())
    }

    /// Finds the record without asking for its end, and answers by it: what has ended is buried, too.
    pub(crate) async fn delete(&self, key: &StoreKey, now: Moment) -> Result<Deleted, StoreError> {
        let deadline = self.deadline();
        let mut key = *key;
        for _ in 0..MOST_MARKS {
            let burial = self
                .collection
                .find_one_and_update(doc! { "_id": binary(&key) }, document::bury(now))
                .projection(entry())
                .return_document(ReturnDocument::Before);
            let found = deadline.of(burial).await;
            let Some(found) = found.map_err(|failure| failure.of(Intent::Write))? else {
                return Ok(Deleted::Absent);
            };
            match Entry::read(&found)? {
                Entry::Session { expires_at, .. } if !expires_at.has_passed(now) => return Ok(Deleted::Deleted),
                Entry::Mark { successor, expires_at } if !expires_at.has_passed(now) => key = successor,
                Entry::Session { .. } | Entry::Mark { .. } | Entry::Other => return Ok(Deleted::Absent),
            }
        }
        Err(lost_track())
    }
}

/// The record under a key, if it lives and has this revision.
pub(crate) fn living(key: &StoreKey, revision: Revision, now: Moment) -> Document {
    doc! {
        "_id": binary(key),
        "revision": number(revision),
        "expires": { "$gt": date(now) },
    }
}

/// What a failure says to a caller who had something written before.
pub(crate) fn after_a_write(error: StoreError) -> StoreError {
    if let StoreError::Unavailable(cause) = error {
        return StoreError::ReplyLost(cause);
    }
    error
}

/// Not followed to its end, a chain of marks says nothing of the session.
pub(crate) fn lost_track() -> StoreError {
    StoreError::Unavailable(LostTrack.into())
}

fn first(batch: &RawBatch) -> Result<Option<&RawDocument>, InvalidDocument> {
    let documents = batch.doc_slices().map_err(|_| InvalidDocument::Damaged)?;
    let Some(document) = documents.into_iter().next() else {
        return Ok(None);
    };
    let document = document.ok().and_then(RawBsonRef::as_document);
    document.map(Some).ok_or(InvalidDocument::Damaged)
}

pub(crate) fn unsettled() -> StoreError {
    StoreError::Unavailable(Unsettled.into())
}
