//! Sessions that are loaded together.

use std::pin::pin;

use futures_util::TryStreamExt as _;
use mongodb::bson::raw::RawBsonRef;
use mongodb::bson::{RawDocument, doc};
use mongodb::raw_batch_cursor::RawBatch;
use session_batching::{Failed, LoadSeveral, Seen};
use session_core::{Loaded, Moment, StoreError, StoreKey};

use crate::deadline::Deadline;
use crate::document::binary;
use crate::failure::{Failure, Intent};
use crate::sessions::{ATTEMPTS, Sessions};
use crate::stored::{InvalidDocument, Stored, key_of};

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

impl Sessions {
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
