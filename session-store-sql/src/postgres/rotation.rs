//! Sessions that get a new key.

use session_core::{CUT_OFF_KEPT, Moment, Rotated, Rotation, StoreError};

use crate::given::{check_size, signing_in};
use crate::row::{self, APPLIED, CUT_OFF};
use crate::value::values;

use super::sessions::Sessions;

impl Sessions {
    pub(super) async fn rotate(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        let record = rotation.record;
        check_size(record)?;
        let signs_in = signing_in(record, rotation.signs_in);
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
            signs_in,
            rotation.mark_until,
            signs_in.map(|signs_in| signs_in + CUT_OFF_KEPT),
        ];
        let answer = self.write(&self.statements.rotate, values).await?;
        let mut rotated = Rotated::Gone;
        for found in &answer.rows {
            match row::number(found, 0)? {
                APPLIED => return Ok(Rotated::Applied),
                CUT_OFF => rotated = Rotated::CutOff,
                _ if rotated == Rotated::CutOff => {}
                _ => {
                    let current = row::key(found, 1)?;
                    rotated = if current == *rotation.old {
                        Rotated::Conflict(row::record(found, 2)?)
                    } else {
                        Rotated::Moved(current)
                    };
                }
            }
        }
        Ok(rotated)
    }
}
