//! What concerns all sessions together.

use mongodb::bson::doc;
use session_core::{Moment, StoreError};

use crate::failure::Intent;
use crate::moments::date;
use crate::sessions::Sessions;

impl Sessions {
    pub(crate) async fn count(&self, now: Moment) -> Result<u64, StoreError> {
        let living = doc! { "revision": { "$exists": true }, "expires": { "$gt": date(now) } };
        let count = self.deadline().of(self.collection.count_documents(living)).await;
        count.map_err(|failure| failure.of(Intent::Read))
    }

    pub(crate) async fn clear(&self) -> Result<(), StoreError> {
        let cleared = self.deadline().of(self.collection.delete_many(doc! {})).await;
        cleared.map(drop).map_err(|failure| failure.of(Intent::Write))
    }
}
