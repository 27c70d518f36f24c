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

    /// The cut-off first: the deletions see all sign-ins that it waited for.
    ///
    /// Then what has ended, which does not count, and only then the rest, which does. In the other order a session that is touched
    /// between the two, by a request that read the clock before the end, would be deleted and not counted.
    pub(super) async fn delete_sessions_of(
        &self,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Result<u64, StoreError> {
        let kept_until = now + CUT_OFF_KEPT;
        self.write(
            &self.statements.cut_off,
            values![owner, now, kept_until, now, kept_until],
        )
        .await?;
        self.write(&self.statements.delete_ended_sessions_of, values![owner, now])
            .await?;
        let deleted = self
            .write(&self.statements.delete_sessions_of, values![owner, except, now])
            .await?;
        Ok(deleted.affected)
    }
}
