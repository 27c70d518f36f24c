//! Sessions that are loaded or updated together.

use session_batching::{Failed, LoadSeveral, Seen, Settled, Update, UpdateSeveral};
use session_core::{Loaded, Moment, StoreError, StoreKey, Updated};

use crate::connections::Intent;
use crate::row;
use crate::several;

use super::sessions::Sessions;

impl LoadSeveral for Sessions {
    async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        self.load(key, now).await
    }

    async fn load_several(&self, keys: &[StoreKey], now: Moment) -> Result<Vec<Seen>, Failed> {
        let (size, load) = self.statements.load_several.of(keys.len()).ok_or(Failed::OneByOne)?;
        let values = several::loading(keys, size, now);
        let found = self.readers.run_for_several(Intent::Read, load, &values).await?;
        row::all_seen(&found.rows)
    }
}

impl UpdateSeveral for Sessions {
    async fn update(&self, update: &Update) -> Result<Updated, StoreError> {
        self.update(update).await
    }

    async fn update_several(&self, updates: &[Update]) -> Result<Vec<Settled>, Failed> {
        let (size, update) = self
            .statements
            .update_several
            .of(updates.len())
            .ok_or(Failed::OneByOne)?;
        let values = several::updating(updates, size);
        let applied = self.writer.run_for_several(Intent::Write, update, &values).await?;
        row::applied(&applied.rows)
    }
}
