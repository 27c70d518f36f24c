//! What concerns all sessions together.

use session_core::{Moment, ScanCursor, Scanned, StoreError};

use crate::row;
use crate::value::values;

use super::sessions::Sessions;

const CLEARED_AT_ONCE: usize = 1_000;

impl Sessions {
    pub(super) async fn delete_expired(&self, limit: usize, now: Moment) -> Result<u64, StoreError> {
        let sessions = self
            .write(&self.statements.delete_expired, values![now, limit])
            .await?
            .affected;
        let left = limit.saturating_sub(usize::try_from(sessions).unwrap_or(usize::MAX));
        if left == 0 {
            return Ok(sessions);
        }
        let cut_offs = self
            .write(&self.statements.delete_expired_cut_offs, values![now, left])
            .await?
            .affected;
        Ok(sessions + cut_offs)
    }

    pub(super) async fn count(&self, now: Moment) -> Result<u64, StoreError> {
        row::counted(&self.read(&self.statements.count, values![now]).await?)
    }

    pub(super) async fn scan(&self, from: Option<&ScanCursor>, limit: usize) -> Result<Scanned, StoreError> {
        let after = from.map(ScanCursor::to_key).transpose()?;
        let after = after.as_ref().map_or(row::BEFORE_ALL_KEYS, |key| key.as_bytes());
        let rows = self.read(&self.statements.scan, values![after, limit]).await?;
        row::scanned(&rows, limit)
    }

    pub(super) async fn clear(&self) -> Result<(), StoreError> {
        // Of very many, deleting all at once would take longer than an answer may.
        while self.delete_expired(CLEARED_AT_ONCE, Moment::MAX).await? >= CLEARED_AT_ONCE as u64 {}
        self.write(&self.statements.clear, &[]).await?;
        self.write(&self.statements.clear_cut_offs, &[]).await?;
        Ok(())
    }
}
