//! The contract as a program.

mod contents;

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use session_core::{
    CUT_OFF_KEPT, Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, ScanCursor,
    Scanned, Store, StoreError, StoreKey, Touch, Touched, Updated,
};

use contents::{Contents, Entry, Found};

/// The plainest store that keeps every promise: what the contract means, to be read and to be compared with.
///
/// One lock, two maps, and a walk over all of it for every listing: not for production.
///
/// ```
/// use session_conformance::ReferenceStore;
/// use session_core::{Clock, Store, SystemClock};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let store = ReferenceStore::new();
/// assert_eq!(store.count(SystemClock.now()).await?, 0);
/// # Ok::<(), session_core::StoreError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct ReferenceStore(Mutex<Contents>);

impl ReferenceStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Each operation holds the lock from its first look to its last write: that is its one instant.
    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store for ReferenceStore {
    async fn create(
        &self,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Result<Created, StoreError> {
        let mut contents = self.contents();
        match contents.find(key, now) {
            Found::Record(_) | Found::Mark(_) => return Ok(Created::Taken),
            Found::Nothing => {}
        }
        if contents.is_cut_off(record, signs_in, now) {
            return Ok(Created::CutOff);
        }
        contents.entries.insert(*key, Entry::Record(record.clone()));
        Ok(Created::Created)
    }

    async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        Ok(match self.contents().find(key, now) {
            Found::Record(record) => Loaded::Found(record.clone()),
            Found::Mark(successor) => Loaded::Moved(successor),
            Found::Nothing => Loaded::Absent,
        })
    }

    async fn update(
        &self,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Result<Updated, StoreError> {
        Ok(match self.contents().find(key, now) {
            Found::Record(current) if current.revision == expected => {
                *current = record.clone();
                Updated::Applied
            }
            Found::Record(current) => Updated::Conflict(current.clone()),
            Found::Mark(successor) => Updated::Moved(successor),
            Found::Nothing => Updated::Gone,
        })
    }

    async fn rotate(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        let mut contents = self.contents();
        match contents.find(rotation.old, now) {
            Found::Record(current) if current.revision == rotation.expected => {}
            Found::Record(current) => return Ok(Rotated::Conflict(current.clone())),
            Found::Mark(successor) if successor == *rotation.new => return Ok(Rotated::Applied),
            Found::Mark(successor) => return Ok(Rotated::Moved(successor)),
            Found::Nothing => return Ok(Rotated::Gone),
        }
        if contents.is_cut_off(rotation.record, rotation.signs_in, now) {
            return Ok(Rotated::CutOff);
        }
        contents
            .entries
            .insert(*rotation.new, Entry::Record(rotation.record.clone()));
        let mark = Entry::Mark {
            successor: *rotation.new,
            until: rotation.mark_until,
        };
        contents.entries.insert(*rotation.old, mark);
        Ok(Rotated::Applied)
    }

    async fn touch(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Result<Touched, StoreError> {
        Ok(match self.contents().find(key, now) {
            Found::Record(current) if current.revision == touch.expected => {
                current.last_seen_at = current.last_seen_at.max(touch.last_seen_at);
                current.expires_at = current.expires_at.max(touch.expires_at);
                Touched::Touched
            }
            Found::Record(_) => Touched::Stale,
            Found::Mark(successor) => Touched::Moved(successor),
            Found::Nothing => Touched::Gone,
        })
    }

    async fn delete(&self, key: &StoreKey, now: Moment) -> Result<Deleted, StoreError> {
        let mut contents = self.contents();
        let key = contents.follow(key, now);
        Ok(if contents.remove(&key, now) {
            Deleted::Deleted
        } else {
            Deleted::Absent
        })
    }

    async fn sessions_of(&self, owner: &Owner, now: Moment) -> Result<Vec<Listed>, StoreError> {
        let contents = self.contents();
        let owned = contents
            .living(now)
            .filter(|(_, record)| record.owner.as_ref() == Some(owner));
        Ok(owned
            .map(|(key, record)| Listed {
                key: *key,
                created_at: record.created_at,
                last_seen_at: record.last_seen_at,
                expires_at: record.expires_at,
            })
            .collect())
    }

    async fn delete_sessions_of(
        &self,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Result<u64, StoreError> {
        let mut contents = self.contents();
        let cut_off = contents.cut_offs.entry(owner.clone()).or_insert(now);
        *cut_off = now.max(*cut_off);
        let except = except.map(|key| contents.follow(key, now));
        let keys: Vec<_> = contents.keys_of(owner).filter(|key| Some(*key) != except).collect();
        Ok(keys.iter().map(|key| u64::from(contents.remove(key, now))).sum())
    }

    async fn delete_expired(&self, limit: usize, now: Moment) -> Result<u64, StoreError> {
        let mut contents = self.contents();
        let mut removed = 0;
        let mut has_room = || {
            removed += 1;
            removed <= limit
        };
        contents
            .entries
            .retain(|_, entry| !(entry.has_ended(now) && has_room()));
        contents
            .cut_offs
            .retain(|_, cut_off| !((*cut_off + CUT_OFF_KEPT).has_passed(now) && has_room()));
        Ok(u64::try_from(removed.min(limit)).unwrap_or(u64::MAX))
    }

    async fn count(&self, now: Moment) -> Result<u64, StoreError> {
        Ok(self.contents().living(now).map(|_| 1).sum())
    }

    async fn scan(&self, from: Option<&ScanCursor>, limit: usize) -> Result<Scanned, StoreError> {
        let after = from.map(ScanCursor::to_key).transpose()?;
        let contents = self.contents();
        let sessions = contents
            .entries
            .iter()
            .filter(|(_, entry)| matches!(entry, Entry::Record(_)));
        let rest = sessions.map(|(key, _)| *key).filter(|key| Some(*key) > after);
        Ok(Scanned::in_order(rest.take(limit).collect(), limit))
    }

    async fn clear(&self) -> Result<(), StoreError> {
        *self.contents() = Contents::default();
        Ok(())
    }
}
