//! The two stores, and how a session gets from the old one to the new one.
//!
//! | step | old store | new store |
//! |---|---|---|
//! | before | the session | |
//! | announced | the session | arriving |
//! | departed | departed | arriving |
//! | settled | departed | the session |
//! | after | | the session |
//!
//! Each step is one conditional write, so whoever finds a session half-way takes the next one, and it does not matter who began or how
//! many try. Up to the second step the old store has the session: a node that knows only of the old store may still write to it, and then
//! the departure fails on the revision. From the third step on the new store has it.
//!
//! What arrives is believed only while the departure stands in the old store. Whoever ends the session removes that first, so an announcement that
//! comes late, after the session was moved and ended, never becomes a session again.

use std::fmt;
use std::sync::Arc;

use session_core::{Created, Loaded, Moment, Record, Revision, Store, StoreError, StoreKey, Updated};

use crate::transit::{Held, Transit, arriving, departed};

/// How often a session's way is looked at again because others have moved it on meanwhile.
const ATTEMPTS: usize = 32;
/// How much of what has ended is removed at once where it is in the way.
const ENDED: usize = 1_000;

#[derive(Clone)]
pub(crate) struct Stores {
    pub(crate) old: Arc<dyn Store>,
    pub(crate) new: Arc<dyn Store>,
}

/// Where a session is after all has been done to have it in the new store.
#[derive(Debug)]
pub(crate) enum Settled {
    /// It was there.
    There(Record),
    /// It came there now.
    Brought(Record),
    Moved(StoreKey),
    Absent,
}

/// What is under a key of one store.
pub(crate) enum Sight {
    Session(Record),
    InTransit(Transit),
    Moved(StoreKey),
    Absent,
}

/// Others moved the session on again and again.
#[derive(Debug, thiserror::Error)]
#[error("others moved the session between the two stores at the same time, again and again")]
struct Unsettled;

impl Stores {
    /// Brings the session under `key` into the new store if it is not there.
    ///
    /// Never answers that a reply was lost: what was not done is found and done by whoever looks next.
    pub(crate) async fn settle(&self, key: &StoreKey, now: Moment) -> Result<Settled, StoreError> {
        for _ in 0..ATTEMPTS {
            match self.advance(key, now).await {
                Ok(Some(settled)) => return Ok(settled),
                // Somebody was faster, or nobody knows who was: what is there now says how it goes on.
                Ok(None) | Err(StoreError::ReplyLost(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(unsettled())
    }

    async fn advance(&self, key: &StoreKey, now: Moment) -> Result<Option<Settled>, StoreError> {
        let arriving = match sight(&*self.new, key, now).await? {
            Sight::Session(record) => return Ok(Some(Settled::There(record))),
            Sight::Moved(successor) => return Ok(Some(Settled::Moved(successor))),
            Sight::InTransit(arriving) => Some(arriving),
            Sight::Absent => None,
        };
        match (sight(&*self.old, key, now).await?, arriving) {
            (Sight::Session(record), arriving) => self.depart(key, record, arriving, now).await,
            (Sight::InTransit(departed), Some(arriving)) if departed.matches(&arriving) => {
                self.arrive(key, arriving.revision, arriving.into_record(), now).await
            }
            (Sight::Moved(successor), arriving) => {
                // It was rotated after it was announced.
                if arriving.is_some() {
                    forget(self.new.delete(key, now).await);
                }
                Ok(Some(Settled::Moved(successor)))
            }
            (Sight::InTransit(_) | Sight::Absent, arriving) => self.look_again(key, arriving, now).await,
        }
    }

    /// The old store does not have it and will not: it has arrived meanwhile, or was ended.
    async fn look_again(
        &self,
        key: &StoreKey,
        before: Option<Transit>,
        now: Moment,
    ) -> Result<Option<Settled>, StoreError> {
        Ok(match (sight(&*self.new, key, now).await?, before) {
            (Sight::Session(record), _) => Some(Settled::There(record)),
            (Sight::Moved(successor), _) => Some(Settled::Moved(successor)),
            (Sight::Absent, _) => Some(Settled::Absent),
            (Sight::InTransit(arriving), Some(before)) if arriving.revision == before.revision => {
                self.new.delete(key, now).await.map(drop)?;
                Some(Settled::Absent)
            }
            (Sight::InTransit(_), _) => None,
        })
    }

    async fn depart(
        &self,
        key: &StoreKey,
        record: Record,
        arriving: Option<Transit>,
        now: Moment,
    ) -> Result<Option<Settled>, StoreError> {
        let Some(announced) = self.announce(key, &record, arriving, now).await? else {
            return Ok(None);
        };
        let leaving = departed(&record, any_revision());
        match self.old.update(key, &leaving, record.revision, now).await? {
            Updated::Applied => self.arrive(key, announced, record, now).await,
            Updated::Conflict(_) | Updated::Moved(_) | Updated::Gone => Ok(None),
        }
    }

    /// Sees that the new store has `record` as arriving, and answers with the revision that it has there.
    async fn announce(
        &self,
        key: &StoreKey,
        record: &Record,
        before: Option<Transit>,
        now: Moment,
    ) -> Result<Option<Revision>, StoreError> {
        let revision = any_revision();
        let is_done = match before {
            Some(before) if before.is_of(record) => return Ok(Some(before.revision)),
            Some(before) => {
                let announced = arriving(record, revision);
                self.new.update(key, &announced, before.revision, now).await? == Updated::Applied
            }
            None => {
                let announced = arriving(record, revision);
                let created = self.new.create(key, &announced, None, now).await?;
                if created == Created::Taken {
                    self.make_way(key, now).await?;
                }
                created == Created::Created
            }
        };
        Ok(is_done.then_some(revision))
    }

    /// An announcement that nobody came back to has the session's end of then, and may be in the way after it.
    ///
    /// It must not be deleted by its key: another may have announced the session anew.
    async fn make_way(&self, key: &StoreKey, now: Moment) -> Result<(), StoreError> {
        if matches!(sight(&*self.new, key, now).await?, Sight::Absent) {
            self.new.delete_expired(ENDED, now).await?;
        }
        Ok(())
    }

    async fn arrive(
        &self,
        key: &StoreKey,
        announced: Revision,
        record: Record,
        now: Moment,
    ) -> Result<Option<Settled>, StoreError> {
        match self.new.update(key, &record, announced, now).await? {
            Updated::Applied => {}
            Updated::Conflict(_) | Updated::Moved(_) | Updated::Gone => return Ok(None),
        }
        forget(self.old.delete(key, now).await);
        Ok(Some(Settled::Brought(record)))
    }

    /// Removes what a move has left in the old store that was broken off after its last but one step.
    pub(crate) async fn tidy(&self, key: &StoreKey, now: Moment) -> Result<bool, StoreError> {
        let is_left = matches!(sight(&*self.old, key, now).await?, Sight::InTransit(_));
        if is_left {
            self.old.delete(key, now).await.map(drop)?;
        }
        Ok(is_left)
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Stores")
            .field("old", &self.old)
            .field("new", &self.new)
            .finish()
    }
}

impl From<Settled> for Loaded {
    fn from(settled: Settled) -> Self {
        match settled {
            Settled::There(record) | Settled::Brought(record) => Self::Found(record),
            Settled::Moved(successor) => Self::Moved(successor),
            Settled::Absent => Self::Absent,
        }
    }
}

pub(crate) async fn sight(store: &dyn Store, key: &StoreKey, now: Moment) -> Result<Sight, StoreError> {
    Ok(match store.load(key, now).await? {
        Loaded::Found(record) => match Held::read(record)? {
            Held::Settled(record) => Sight::Session(record),
            Held::InTransit(transit) => Sight::InTransit(transit),
        },
        Loaded::Moved(successor) => Sight::Moved(successor),
        Loaded::Absent => Sight::Absent,
    })
}

pub(crate) fn unsettled() -> StoreError {
    StoreError::Unavailable(Unsettled.into())
}

/// What is left behind is in nobody's way, and has the session's end.
fn forget<T>(removed: Result<T, StoreError>) {
    if let Err(error) = removed {
        tracing::debug!(target: "session_kit", %error, "what a moved session has left behind stays until its end");
    }
}

/// Drawn anew for each attempt, so that no two of them are taken for each other.
pub(crate) fn any_revision() -> Revision {
    Revision::from_u64(fastrand::u64(..))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use session_conformance::ReferenceStore;

    use super::*;

    const NOW: Moment = Moment::from_millis(1_800_000_000_000);

    fn record(revision: u64, payload: &[u8]) -> Record {
        Record {
            revision: Revision::from_u64(revision),
            created_at: NOW,
            last_seen_at: NOW,
            expires_at: NOW + Duration::from_secs(60),
            owner: None,
            payload: payload.into(),
        }
    }

    #[tokio::test]
    async fn an_announcement_of_before_is_not_taken_for_what_departed() {
        let key = StoreKey::from_bytes([1; 32]);
        let stores = Stores {
            old: Arc::new(ReferenceStore::new()),
            new: Arc::new(ReferenceStore::new()),
        };
        let (before, after) = (record(1, b"before"), record(2, b"after"));
        let gone = departed(&after, Revision::from_u64(3));
        let late = arriving(&before, Revision::from_u64(4));
        assert_eq!(
            stores.old.create(&key, &gone, None, NOW).await.unwrap(),
            Created::Created
        );
        assert_eq!(
            stores.new.create(&key, &late, None, NOW).await.unwrap(),
            Created::Created
        );
        assert!(matches!(stores.settle(&key, NOW).await, Ok(Settled::Absent)));
        assert_eq!(stores.new.load(&key, NOW).await.unwrap(), Loaded::Absent);
    }
}
