//! Sessions that are loaded or updated together.

use session_batching::{Failed, LoadSeveral, Seen, Settled, Update, UpdateSeveral};
use session_core::{Loaded, Moment, StoreError, StoreKey, Updated};

use crate::connections::Intent;
use crate::message::BESIDE;
use crate::row;
use crate::several;

use super::sessions::{Sessions, updating};

impl LoadSeveral for Sessions {
    async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        self.load(key, now).await
    }

    async fn load_several(&self, keys: &[StoreKey], now: Moment) -> Result<Vec<Seen>, Failed> {
        let (size, load) = self.statements.load_several.of(keys.len()).ok_or(Failed::OneByOne)?;
        let values = several::loading(keys, size, now);
        let found = self.connections.run_for_several(Intent::Read, load, &values).await?;
        row::all_seen(&found.rows)
    }
}

impl UpdateSeveral for Sessions {
    async fn update(&self, update: &Update) -> Result<Updated, StoreError> {
        self.update(update).await
    }

    async fn update_several(&self, updates: &[Update]) -> Result<Vec<Settled>, Failed> {
        // Hexadecimal digits are two a byte.
        let bytes: usize = updates.iter().map(|update| update.record.payload.len()).sum();
        if 2 * bytes > self.most_payload_bytes {
            return Err(Failed::OneByOne);
        }
        let values: Vec<_> = updates.iter().flat_map(updating).collect();
        let update = &self.statements.update;
        let affected = self.connections.run_for_each(Intent::Write, update, &values).await?;
        let applied = updates.iter().zip(affected).filter(|(_, affected)| *affected > 0);
        Ok(applied.map(|(update, _)| Settled::applied(update.key)).collect())
    }

    fn most_bytes(&self) -> usize {
        self.most_bytes_together
    }

    /// Hexadecimal digits are two a byte.
    fn bytes(&self, update: &Update) -> usize {
        let text = self.statements.update.as_str().len() + BESIDE;
        text + 2 * (update.key.as_bytes().len() + update.record.payload.len())
    }
}
