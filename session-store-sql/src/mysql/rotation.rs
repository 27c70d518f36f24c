//! Sessions that get a new key.

use session_core::{Loaded, Moment, Rotated, Rotation, StoreError, StoreKey};
use sqlx::mysql::MySqlRow;

use crate::given::{check_size_within, signing_in};
use crate::row;
use crate::value::values;

use super::sessions::{ATTEMPTS, Sessions, Unsettled};

impl Sessions {
    pub(super) async fn rotate(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        let record = rotation.record;
        check_size_within(record, self.most_payload_bytes)?;
        let signs_in = signing_in(record, rotation.signs_in);
        // Nobody has no cut-off.
        let (new_owner, old) = (record.owner.as_ref().filter(|_| signs_in.is_some()), rotation.old);
        let values = values![
            rotation.new,
            rotation.mark_until,
            old,
            rotation.expected,
            now,
            new_owner,
            signs_in,
            rotation.new,
            record.revision,
            record.created_at,
            record.last_seen_at,
            record.expires_at,
            record.owner.as_ref(),
            record.payload.as_ref(),
        ];
        for _ in 0..ATTEMPTS {
            let answer = self.write(&self.statements.rotate, values).await?;
            if answer.affected > 0 {
                return Ok(Rotated::Applied);
            }
            let look = &self.statements.look_for_rotation;
            let seen = self.read(look, values![new_owner, signs_in, old, now]).await?;
            let is_cut_off = row::answered(&seen)? == 1;
            return Ok(match loaded(&seen)? {
                // The mark of this very rotation, sent before.
                Loaded::Moved(successor) if successor == *rotation.new => Rotated::Applied,
                _ if is_cut_off => Rotated::CutOff,
                Loaded::Found(current) if current.revision == rotation.expected => continue,
                Loaded::Found(current) => Rotated::Conflict(current),
                Loaded::Moved(successor) => Rotated::Moved(successor),
                Loaded::Absent => Rotated::Gone,
            });
        }
        Err(StoreError::Unavailable(Unsettled.into()))
    }
}

/// What was seen under the old key: after the cut-off, an `id` if there is anything, and then the columns of a load.
fn loaded(seen: &[MySqlRow]) -> Result<Loaded, StoreError> {
    let Some(row) = seen.first() else {
        return Ok(Loaded::Absent);
    };
    let key: Option<StoreKey> = row::optional_key(row, 1)?;
    if key.is_none() {
        return Ok(Loaded::Absent);
    }
    Ok(match row::optional_key(row, 2)? {
        Some(successor) => Loaded::Moved(successor),
        None => Loaded::Found(row::record(row, 3)?),
    })
}
