//! Sessions that are loaded or updated together.

use std::pin::pin;

use futures_util::TryStreamExt as _;
use mongodb::bson::raw::RawBsonRef;
use mongodb::bson::{RawDocument, doc};
use mongodb::raw_batch_cursor::RawBatch;
use session_batching::{Failed, LoadSeveral, Seen, Settled, Update, UpdateSeveral};
use session_core::{Loaded, Moment, StoreError, StoreKey, Updated};

use crate::deadline::Deadline;
use crate::document::binary;
use crate::failure::{Failure, Intent};
use crate::given::check_size;
use crate::sessions::{ATTEMPTS, Sessions, after_a_write};
use crate::stored::{InvalidDocument, Stored, key_of};
use crate::swaps::Swap;

impl LoadSeveral for Sessions {
    async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        self.load(key, now).await
    }

    async fn load_several(&self, keys: &[StoreKey], _now: Moment) -> Result<Vec<Seen>, Failed> {
        let batches = self.all_stored(keys, self.deadline()).await;
        let batches = batches.map_err(|failure| Failed::All(failure.of(Intent::Read)))?;
        let mut seen = Vec::with_capacity(keys.len());
        for batch in &batches {
            for document in batch.doc_slices().map_err(|_| Failed::OneByOne)? {
                let document = document.ok().and_then(RawBsonRef::as_document);
                seen.extend(see(document.ok_or(Failed::OneByOne)?)?);
            }
        }
        Ok(seen)
    }
}

impl UpdateSeveral for Sessions {
    async fn update(&self, update: &Update) -> Result<Updated, StoreError> {
        let Update {
            key,
            record,
            expected,
            now,
        } = update;
        self.update(key, record, *expected, *now).await
    }

    async fn update_several(&self, updates: &[Update]) -> Result<Vec<Settled>, Failed> {
        // Too large for all of them together is too large alone.
        if updates.iter().any(|update| check_size(&update.record).is_err()) {
            return Err(Failed::OneByOne);
        }
        let deadline = self.deadline();
        let swaps = self.swap(updates, deadline).await;
        let mut swaps = swaps.map_err(|failure| Failed::All(failure.of(Intent::Write)))?;
        let mut told = Vec::with_capacity(updates.len());
        for (place, update) in updates.iter().enumerate() {
            let answer = match swaps.take(place) {
                Swap::Done => Ok(Updated::Applied),
                Swap::Failed(failure) => Err(failure.of(Intent::Write)),
                Swap::NotDone if swaps.is_repeated => self.was_applied(update, deadline).await,
                Swap::NotDone => continue,
            };
            let key = update.key;
            told.push(Settled { key, answer });
        }
        Ok(told)
    }
}

impl Sessions {
    /// What became of an update that finds nothing when it is sent again.
    ///
    /// A revision is never used twice: where it is there, it was applied. Where it is not, it may have been there for a while.
    async fn was_applied(&self, update: &Update, deadline: Deadline<'_>) -> Result<Updated, StoreError> {
        let found = self
            .look(&update.key, update.now, deadline)
            .await
            .map_err(after_a_write)?;
        if matches!(&found, Loaded::Found(record) if record.revision == update.record.revision) {
            return Ok(Updated::Applied);
        }
        Err(Failure::covered().of(Intent::Write))
    }

    /// Sends it again as [`stored`](Self::stored) does.
    ///
    /// A reply has 16 MiB at most. What does not fit into one comes in the next, so the cursor is followed to its end.
    async fn all_stored(&self, keys: &[StoreKey], deadline: Deadline<'_>) -> Result<Vec<RawBatch>, Failure> {
        let keys: Vec<_> = keys.iter().map(binary).collect();
        let size = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        let mut attempts = 1;
        loop {
            let find = pin!(async {
                // One more, so that the server knows with the first reply that there is nothing left.
                let found = self.collection.find(doc! { "_id": { "$in": &keys } });
                found
                    .batch_size(size.saturating_add(1))
                    .batch()
                    .await?
                    .try_collect()
                    .await
            });
            match deadline.of(find).await {
                Err(failure) if attempts < ATTEMPTS && failure.is_interruption() => attempts += 1,
                batches => return batches,
            }
        }
    }
}

/// What a document says. Without a key that can be read nobody knows whose it is.
fn see(document: &RawDocument) -> Result<Option<Seen>, Failed> {
    let key = key_of(document).map_err(|_| Failed::OneByOne)?;
    let (expires_at, what) = match Stored::read(document) {
        Ok(Stored::Record(record)) => (record.expires_at, Ok(Loaded::Found(record))),
        Ok(Stored::Mark { successor, expires_at }) => (expires_at, Ok(Loaded::Moved(successor))),
        Ok(Stored::Tombstone) => return Ok(None),
        // Whatever its end may be.
        Err(error) => (Moment::MAX, Err(invalid(error))),
    };
    Ok(Some(Seen { key, expires_at, what }))
}

fn invalid(error: InvalidDocument) -> StoreError {
    error.into()
}
