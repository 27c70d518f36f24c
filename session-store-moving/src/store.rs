//! The store, as the contract has it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use session_core::{
    Created, Deleted, InvalidScanCursor, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation,
    ScanCursor, Scanned, Store, StoreError, StoreKey, Touch, Touched, Updated,
};

use crate::stores::{Settled, Sight, Stores, any_revision, sight};
use crate::transit::{Held, departed, is_in_transit};

/// How many marks are followed: a session is rotated seldom, and a mark does not live long.
const MOST_MARKS: usize = 32;

/// What a cursor begins with: which store the walk is in.
const IN_OLD: u8 = 0;
const IN_NEW: u8 = 1;

/// Two stores as one, while sessions move from the old one to the new one.
///
/// It keeps the contract of [`Store`] over both: a session is in one of them for everybody, and nobody is signed out. See the
/// [crate] for the order in which nodes are told. Clones share the stores.
///
/// ```
/// use session_conformance::ReferenceStore;
/// use session_core::{Loaded, Moment, Record, Revision, SessionId, Store};
/// use session_store_moving::MovingStore;
/// use std::sync::Arc;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let now = Moment::from_millis(1_000);
/// # let key = SessionId::random()?.store_key();
/// # let record = Record {
/// #     revision: Revision::from_u64(1),
/// #     created_at: now,
/// #     last_seen_at: now,
/// #     expires_at: Moment::from_millis(61_000),
/// #     owner: None,
/// #     payload: b"three apples".as_slice().into(),
/// # };
/// let (old, new) = (Arc::new(ReferenceStore::new()), Arc::new(ReferenceStore::new()));
/// let created = old.create(&key, &record, None, now).await?;
///
/// let store = MovingStore::new(old.clone(), new.clone());
/// assert_eq!(store.load(&key, now).await?, Loaded::Found(record.clone()));
/// assert_eq!(new.load(&key, now).await?, Loaded::Found(record));
/// assert_eq!(old.load(&key, now).await?, Loaded::Absent);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MovingStore {
    pub(crate) stores: Stores,
    place: Place,
}

/// Where sessions are that no move has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Old,
    New,
}

impl MovingStore {
    /// Sessions begin in `new`, and each one in `old` moves when it is used.
    ///
    /// A session in `new` costs what it costs there: one operation of that store for each of this one. Where it is not there, both are asked;
    /// to move it takes two loads and four writes. Ending a session, and all of an owner's, always concerns both.
    #[must_use]
    pub fn new(old: impl Store, new: impl Store) -> Self {
        Self::of(Arc::new(old), Arc::new(new), Place::New)
    }

    /// Sessions begin in `old`, are used where they are, and are found in `new` where others have moved them.
    ///
    /// For the time in which some nodes do not know of `new` yet: they do not lose a session by what this one does.
    #[must_use]
    pub fn prepared(old: impl Store, new: impl Store) -> Self {
        Self::of(Arc::new(old), Arc::new(new), Place::Old)
    }

    fn of(old: Arc<dyn Store>, new: Arc<dyn Store>, place: Place) -> Self {
        let stores = Stores { old, new };
        Self { stores, place }
    }

    fn is_prepared(&self) -> bool {
        self.place == Place::Old
    }

    fn old(&self) -> &dyn Store {
        &*self.stores.old
    }

    pub(crate) fn new_store(&self) -> &dyn Store {
        &*self.stores.new
    }

    /// The key that `key` leads to, without a move before its time.
    async fn follow(&self, key: &StoreKey, now: Moment) -> Result<StoreKey, StoreError> {
        let mut key = *key;
        for _ in 0..MOST_MARKS {
            match self.load(&key, now).await? {
                Loaded::Moved(successor) => key = successor,
                Loaded::Found(_) | Loaded::Absent => break,
            }
        }
        Ok(key)
    }

    /// What is on its way under `key`, once it is there; it may have been rotated by then.
    async fn arrived(&self, key: &StoreKey, now: Moment) -> Result<(StoreKey, Option<Record>), StoreError> {
        let mut key = *key;
        for _ in 0..MOST_MARKS {
            match self.stores.settle(&key, now).await? {
                Settled::There(record) | Settled::Brought(record) => return Ok((key, Some(record))),
                Settled::Moved(successor) => key = successor,
                Settled::Absent => break,
            }
        }
        Ok((key, None))
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store for MovingStore {
    async fn create(
        &self,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Result<Created, StoreError> {
        let store = if self.is_prepared() {
            self.old()
        } else {
            self.new_store()
        };
        store.create(key, record, signs_in, now).await
    }

    async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        if self.is_prepared() {
            match sight(self.old(), key, now).await? {
                Sight::Session(record) => return Ok(Loaded::Found(record)),
                Sight::Moved(successor) => return Ok(Loaded::Moved(successor)),
                Sight::InTransit(_) | Sight::Absent => {}
            }
        }
        Ok(self.stores.settle(key, now).await?.into())
    }

    async fn update(
        &self,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Result<Updated, StoreError> {
        if self.is_prepared() {
            match self.old().update(key, record, expected, now).await? {
                Updated::Gone => {}
                Updated::Conflict(current) => {
                    if let Held::Settled(current) = Held::read(current)? {
                        return Ok(Updated::Conflict(current));
                    }
                }
                answer @ (Updated::Applied | Updated::Moved(_)) => return Ok(answer),
            }
        }
        self.update_in_new(key, record, expected, now).await
    }

    async fn rotate(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        if self.is_prepared() {
            match self.old().rotate(rotation, now).await? {
                Rotated::Gone => {}
                Rotated::Conflict(current) => {
                    if let Held::Settled(current) = Held::read(current)? {
                        return Ok(Rotated::Conflict(current));
                    }
                }
                answer @ (Rotated::Applied | Rotated::Moved(_) | Rotated::CutOff) => return Ok(answer),
            }
        }
        self.rotate_in_new(rotation, now).await
    }

    async fn touch(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Result<Touched, StoreError> {
        if self.is_prepared() {
            match self.old().touch(key, touch, now).await? {
                answer @ (Touched::Touched | Touched::Moved(_)) => return Ok(answer),
                Touched::Stale if matches!(sight(self.old(), key, now).await?, Sight::Session(_)) => {
                    return Ok(Touched::Stale);
                }
                Touched::Stale | Touched::Gone => {}
            }
        }
        self.touch_in_new(key, touch, now).await
    }

    /// Where it is in the new store, it is first turned into what nobody believes: so it is ended once, by one of those who try, and a late
    /// announcement of it is not taken for a session that lived.
    async fn delete(&self, key: &StoreKey, now: Moment) -> Result<Deleted, StoreError> {
        let mut key = *key;
        for _ in 0..MOST_MARKS {
            let settled = self.stores.settle(&key, now).await?;
            if let Settled::Moved(successor) = settled {
                key = successor;
                continue;
            }
            // What is left in the old store would make what is arriving in the new one a session.
            self.old().delete(&key, now).await.map(drop)?;
            match settled {
                Settled::There(record) | Settled::Brought(record) => {
                    let ended = departed(&record, any_revision());
                    match self.new_store().update(&key, &ended, record.revision, now).await? {
                        Updated::Applied => {
                            self.new_store().delete(&key, now).await.map(drop)?;
                            return Ok(Deleted::Deleted);
                        }
                        Updated::Conflict(_) | Updated::Moved(_) | Updated::Gone => {}
                    }
                }
                Settled::Moved(_) | Settled::Absent => {
                    self.new_store().delete(&key, now).await.map(drop)?;
                    return Ok(Deleted::Absent);
                }
            }
        }
        self.new_store().delete(&key, now).await
    }

    /// One that moves or is rotated at the same moment may be listed under its key of before.
    async fn sessions_of(&self, owner: &Owner, now: Moment) -> Result<Vec<Listed>, StoreError> {
        // In this order: what moves in between is in both.
        let here = self.old().sessions_of(owner, now).await?;
        let there = self.new_store().sessions_of(owner, now).await?;
        let (in_transit, settled): (Vec<_>, Vec<_>) = here.into_iter().chain(there).partition(is_in_transit);
        let mut sessions: BTreeMap<_, _> = settled.into_iter().map(|listed| (listed.key, listed)).collect();
        let in_transit: BTreeSet<_> = in_transit.into_iter().map(|listed| listed.key).collect();
        for key in in_transit {
            if sessions.contains_key(&key) {
                continue;
            }
            let (key, record) = self.arrived(&key, now).await?;
            if let Some(record) = record.filter(|record| record.owner.as_ref() == Some(owner)) {
                sessions.insert(key, listed(key, &record));
            }
        }
        Ok(sessions.into_values().collect())
    }

    /// The old store first: what is deleted there can't be believed in the new one any more.
    async fn delete_sessions_of(
        &self,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Result<u64, StoreError> {
        let except = match except {
            Some(key) => Some(self.follow(key, now).await?),
            None => None,
        };
        let here = self.old().delete_sessions_of(owner, except.as_ref(), now).await?;
        let there = self.new_store().delete_sessions_of(owner, except.as_ref(), now).await?;
        Ok(here + there)
    }

    async fn delete_expired(&self, limit: usize, now: Moment) -> Result<u64, StoreError> {
        let here = self.old().delete_expired(limit, now).await?;
        let left = limit.saturating_sub(usize::try_from(here).unwrap_or(usize::MAX));
        if left == 0 {
            return Ok(here);
        }
        Ok(here + self.new_store().delete_expired(left, now).await?)
    }

    /// One that is on its way counts twice.
    async fn count(&self, now: Moment) -> Result<u64, StoreError> {
        Ok(self.old().count(now).await? + self.new_store().count(now).await?)
    }

    /// The old store first: what moves meanwhile is come to in the new one.
    async fn scan(&self, from: Option<&ScanCursor>, limit: usize) -> Result<Scanned, StoreError> {
        let (place, cursor) = match from {
            None => (IN_OLD, None),
            Some(cursor) => {
                let (place, cursor) = cursor.as_bytes().split_first().ok_or(InvalidScanCursor::new())?;
                (*place, Some(cursor).filter(|cursor| !cursor.is_empty()))
            }
        };
        let cursor = cursor.map(ScanCursor::new);
        let is_in_old = place == IN_OLD;
        let store = if is_in_old { self.old() } else { self.new_store() };
        let page = store.scan(cursor.as_ref(), limit).await?;
        let next = match page.next {
            Some(next) => Some(ScanCursor::new([&[place], next.as_bytes()].concat())),
            None => is_in_old.then(|| ScanCursor::new([IN_NEW])),
        };
        Ok(Scanned { next, ..page })
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.old().clear().await?;
        self.new_store().clear().await
    }
}

fn listed(key: StoreKey, record: &Record) -> Listed {
    Listed {
        key,
        created_at: record.created_at,
        last_seen_at: record.last_seen_at,
        expires_at: record.expires_at,
    }
}
