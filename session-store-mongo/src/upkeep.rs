//! What concerns all sessions together.

use futures_util::TryStreamExt as _;
use mongodb::bson::{Document, doc};
use session_core::{Moment, ScanCursor, Scanned, StoreError};

use crate::document::binary;
use crate::failure::Intent;
use crate::moments::date;
use crate::sessions::Sessions;
use crate::stored::key_of;

const CLEARED_AT_ONCE: usize = 1_000;

impl Sessions {
    pub(crate) async fn count(&self, now: Moment) -> Result<u64, StoreError> {
        let living = doc! { "revision": { "$exists": true }, "expires": { "$gt": date(now) } };
        let count = self.deadline().of(self.collection.count_documents(living)).await;
        count.map_err(|failure| failure.of(Intent::Read))
    }

    /// By `_id`, whose order is that of the keys: they are all of one length.
    pub(crate) async fn scan(&self, from: Option<&ScanCursor>, limit: usize) -> Result<Scanned, StoreError> {
        let mut sessions = doc! { "revision": { "$exists": true } };
        if let Some(cursor) = from {
            sessions.insert("_id", doc! { "$gt": binary(&cursor.to_key()?) });
        }
        let find = async {
            let most = i64::try_from(limit).unwrap_or(i64::MAX);
            let found = self.collection.find(sessions).sort(doc! { "_id": 1 }).limit(most);
            // All of the page at once.
            let found = found.batch_size(u32::try_from(limit).unwrap_or(u32::MAX));
            let found: Vec<_> = found.projection(doc! { "_id": 1 }).await?.try_collect().await?;
            Ok(found)
        };
        let found = self.deadline().of(find).await;
        let found = found.map_err(|failure| failure.of(Intent::Read))?;
        let keys: Result<_, _> = found.iter().map(|document| key_of(document)).collect();
        Ok(Scanned::in_order(keys?, limit))
    }

    pub(crate) async fn clear(&self) -> Result<(), StoreError> {
        // Of very many, deleting all at once would take longer than an answer may.
        while let Some(cursor) = self.scan(None, CLEARED_AT_ONCE).await?.next {
            self.delete_all(doc! { "_id": { "$lte": binary(&cursor.to_key()?) } })
                .await?;
        }
        self.delete_all(doc! {}).await
    }

    async fn delete_all(&self, which: Document) -> Result<(), StoreError> {
        let deleted = self.deadline().of(self.collection.delete_many(which)).await;
        deleted.map(drop).map_err(|failure| failure.of(Intent::Write))
    }
}
