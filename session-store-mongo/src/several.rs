//! Sessions that are loaded or updated together.

use std::collections::HashMap;
use std::pin::pin;

use futures_util::TryStreamExt as _;
use mongodb::bson::raw::RawBsonRef;
use mongodb::bson::{RawDocument, doc};
use mongodb::raw_batch_cursor::RawBatch;
use session_batching::{Failed, LoadSeveral, Seen, Settled, Update, UpdateSeveral};
use session_core::{Loaded, Moment, Revision, StoreError, StoreKey, Updated};

use crate::deadline::Deadline;
use crate::document::binary;
use crate::failure::{Failure, Intent};
use crate::given::check_size;
use crate::sessions::{ATTEMPTS, Sessions};
use crate::stored::{InvalidDocument, Stored, key_of};
use crate::swaps::Swap;

impl LoadSeveral for Sessions {
    async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        self.load(key, now).await
    }

    async fn load_several(&self, keys: &[StoreKey], _now: Moment) -> Result<Vec<Seen>, Failed> {
        self.see_all(keys, self.deadline()).await
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
        let (mut settled, mut not_done) = (Vec::with_capacity(updates.len()), Vec::new());
        for (place, update) in updates.iter().enumerate() {
            let key = update.key;
            match swaps.take(place) {
                Swap::Done => settled.push(Settled::applied(key)),
                Swap::NotDone => not_done.push(update),
                Swap::Failed(failure) => settled.push(Settled {
                    key,
                    answer: Err(failure.of(Intent::Write)),
                }),
            }
        }
        if swaps.is_repeated {
            settled.extend(self.were_applied(&not_done, deadline).await);
        }
        Ok(settled)
    }
}

impl Sessions {
    /// What became of updates that find nothing when they are sent again.
    ///
    /// A revision is never used twice: where it is there, it was applied. Where it is not, it may have been there for a while.
    async fn were_applied(&self, updates: &[&Update], deadline: Deadline<'_>) -> Vec<Settled> {
        let keys: Vec<StoreKey> = updates.iter().map(|update| update.key).collect();
        let seen = self.see_all(&keys, deadline).await.unwrap_or_default();
        let revisions: HashMap<StoreKey, Revision> = seen
            .into_iter()
            .filter_map(|seen| match seen.what {
                Ok(Loaded::Found(record)) => Some((seen.key, record.revision)),
                Ok(Loaded::Moved(_) | Loaded::Absent) | Err(_) => None,
            })
            .collect();
        let settled = updates.iter().map(|update| match revisions.get(&update.key) {
            Some(revision) if *revision == update.record.revision => Settled::applied(update.key),
            _ => Settled {
                key: update.key,
                answer: Err(Failure::covered().of(Intent::Write)),
            },
        });
        settled.collect()
    }

    async fn see_all(&self, keys: &[StoreKey], deadline: Deadline<'_>) -> Result<Vec<Seen>, Failed> {
        let batches = self.all_stored(keys, deadline).await;
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
