//! Sessions that get a new key.

use session_core::{Loaded, Moment, Rotated, Rotation, StoreError};

use crate::given::{check_size, signing_in};
use crate::row;
use crate::value::values;

use super::sessions::Sessions;

impl Sessions {
    pub(super) async fn rotate(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        let record = rotation.record;
        check_size(record)?;
        let values = values![
            rotation.old,
            now,
            rotation.expected,
            rotation.new,
            record.revision,
            record.created_at,
            record.last_seen_at,
            record.expires_at,
            record.owner.as_ref(),
            record.payload.as_ref(),
            signing_in(record, rotation.signs_in),
            rotation.mark_until,
        ];
        loop {
            let answer = self.write(&self.statements.rotate, values).await?;
            if answer.affected > 0 {
                return Ok(Rotated::Applied);
            }
            let Some(found) = answer.rows.first() else {
                return Ok(Rotated::Gone);
            };
            let is_cut_off = row::number(found, 7)? == 1;
            return Ok(match row::loaded(&answer.rows)? {
                // A mark that names the new key is that of this very rotation, sent before.
                Loaded::Moved(successor) if successor == *rotation.new => Rotated::Applied,
                Loaded::Moved(successor) => Rotated::Moved(successor),
                Loaded::Found(_) if is_cut_off => Rotated::CutOff,
                // Another process came between the two parts of the statement, and nothing was done.
                Loaded::Found(current) if current.revision == rotation.expected => continue,
                Loaded::Found(current) => Rotated::Conflict(current),
                Loaded::Absent => Rotated::Gone,
            });
        }
    }
}
