//! Operations on a session that is in the new store, or on its way there.

use session_core::{
    Loaded, Moment, Record, Revision, Rotated, Rotation, Store as _, StoreError, StoreKey, Touch, Touched, Updated,
};

use crate::store::MovingStore;
use crate::stores::{Settled, unsettled};
use crate::transit::Held;

/// An operation goes to the new store, and once more after the session was brought there; others may move it on in between.
const ATTEMPTS: usize = 8;

impl MovingStore {
    pub(crate) async fn update_in_new(
        &self,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Result<Updated, StoreError> {
        for _ in 0..ATTEMPTS {
            match self.new_store().update(key, record, expected, now).await? {
                Updated::Gone => {}
                Updated::Conflict(current) => {
                    if let Held::Settled(current) = Held::read(current)? {
                        return Ok(Updated::Conflict(current));
                    }
                }
                answer @ (Updated::Applied | Updated::Moved(_)) => return Ok(answer),
            }
            match self.stores.settle(key, now).await? {
                Settled::There(_) | Settled::Brought(_) => {}
                Settled::Moved(successor) => return Ok(Updated::Moved(successor)),
                Settled::Absent => return Ok(Updated::Gone),
            }
        }
        Err(unsettled())
    }

    pub(crate) async fn rotate_in_new(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        for _ in 0..ATTEMPTS {
            match self.new_store().rotate(rotation, now).await? {
                Rotated::Gone => {}
                Rotated::Conflict(current) => {
                    if let Held::Settled(current) = Held::read(current)? {
                        return Ok(Rotated::Conflict(current));
                    }
                }
                answer @ (Rotated::Applied | Rotated::Moved(_) | Rotated::CutOff) => return Ok(answer),
            }
            match self.stores.settle(rotation.old, now).await? {
                Settled::There(_) | Settled::Brought(_) => {}
                Settled::Moved(successor) if successor == *rotation.new => return Ok(Rotated::Applied),
                Settled::Moved(successor) => return Ok(Rotated::Moved(successor)),
                Settled::Absent => return self.gone_or_applied(rotation, now).await,
            }
        }
        Err(unsettled())
    }

    /// A rotation that is sent again finds its mark gone where the session has moved on meanwhile.
    async fn gone_or_applied(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        let successor = self.load(rotation.new, now).await?;
        let is_applied = matches!(successor, Loaded::Found(record) if record.revision == rotation.record.revision);
        Ok(if is_applied { Rotated::Applied } else { Rotated::Gone })
    }

    pub(crate) async fn touch_in_new(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Result<Touched, StoreError> {
        for _ in 0..ATTEMPTS {
            match self.new_store().touch(key, touch, now).await? {
                // What is arriving has a revision of its own.
                Touched::Gone | Touched::Stale => {}
                answer @ (Touched::Touched | Touched::Moved(_)) => return Ok(answer),
            }
            match self.stores.settle(key, now).await? {
                Settled::There(record) | Settled::Brought(record) if record.revision != touch.expected => {
                    return Ok(Touched::Stale);
                }
                Settled::There(_) | Settled::Brought(_) => {}
                Settled::Moved(successor) => return Ok(Touched::Moved(successor)),
                Settled::Absent => return Ok(Touched::Gone),
            }
        }
        Err(unsettled())
    }
}
