//! The sessions of an owner.

use session_core::{CUT_OFF_KEPT, Listed, Moment, Owner, StoreError, StoreKey};

use crate::row;
use crate::value::values;

use super::sessions::Sessions;

impl Sessions {
    pub(super) async fn sessions_of(&self, owner: &Owner, now: Moment) -> Result<Vec<Listed>, StoreError> {
        let rows = self.read(&self.statements.sessions_of, values![owner, now]).await?;
        rows.iter().map(row::listed).collect()
    }

    /// The cut-off first: what signs in from then on is refused, and what did so before is found by the second statement.
    ///
    /// In one turn, the second one could not be run again by itself where another process is in the way.
    pub(super) async fn delete_sessions_of(
        &self,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Result<u64, StoreError> {
        self.write(&self.statements.cut_off, values![owner, now, now + CUT_OFF_KEPT])
            .await?;
        let deleted = self
            .write(&self.statements.delete_sessions_of, values![owner, except, now])
            .await?;
        row::ones(&deleted.rows)
    }
}
