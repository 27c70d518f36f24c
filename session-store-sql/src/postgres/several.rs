//! Sessions that are loaded or updated together.

use session_batching::{Failed, LoadSeveral, Seen, Settled, Update, UpdateSeveral};
use session_core::{Loaded, Moment, StoreError, StoreKey, Updated};

use crate::connections::Intent;
use crate::message::BESIDE;
use crate::row;
use crate::several::{self, Columns};
use crate::value::Value;

use super::sessions::Sessions;

impl LoadSeveral for Sessions {
    async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        self.load(key, now).await
    }

    async fn load_several(&self, keys: &[StoreKey], now: Moment) -> Result<Vec<Seen>, Failed> {
        let keys = several::keys(keys.iter());
        let values = [Value::Strings(&keys), Value::from(now)];
        let load = &self.statements.load_several;
        let found = self.connections.run_for_several(Intent::Read, load, &values).await?;
        row::all_seen(&found.rows)
    }
}

impl UpdateSeveral for Sessions {
    async fn update(&self, update: &Update) -> Result<Updated, StoreError> {
        self.update(update).await
    }

    async fn update_several(&self, updates: &[Update]) -> Result<Vec<Settled>, Failed> {
        let columns = Columns::of(updates);
        let values = [
            Value::Strings(&columns.keys),
            Value::Numbers(&columns.now),
            Value::Numbers(&columns.expected),
            Value::Numbers(&columns.revision),
            Value::Numbers(&columns.last_seen_at),
            Value::Numbers(&columns.expires_at),
            Value::Strings(&columns.payload),
        ];
        let update = &self.statements.update_several;
        let applied = self.connections.run_for_several(Intent::Write, update, &values).await?;
        row::applied(&applied.rows)
    }

    fn most_bytes(&self) -> usize {
        self.most_bytes_together
    }

    /// Where values are part of the text, hexadecimal digits are two a byte, and each value has its type beside it.
    fn bytes(&self, update: &Update) -> usize {
        let bytes = update.key.as_bytes().len() + update.record.payload.len();
        if self.statements.update_several.is_inlined() {
            2 * (bytes + BESIDE)
        } else {
            bytes + BESIDE
        }
    }
}
