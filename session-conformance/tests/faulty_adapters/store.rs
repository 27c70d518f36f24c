//! The reference store with one fault, which makes the managers over it faulty.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{
    Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, ScanCursor, Scanned, Store,
    StoreError, StoreKey, Touch, Touched, Updated,
};

use super::fault::StoreFault;

/// A store with one fault.
#[derive(Debug)]
pub(crate) struct FaultyStore {
    fault: StoreFault,
    inner: ReferenceStore,
    /// What was under each key last, and before that.
    history: Mutex<HashMap<StoreKey, (Record, Record)>>,
}

impl FaultyStore {
    pub(crate) fn new(fault: StoreFault) -> Self {
        Self {
            fault,
            inner: ReferenceStore::new(),
            history: Mutex::default(),
        }
    }

    fn is(&self, fault: StoreFault) -> bool {
        self.fault == fault
    }

    fn remember(&self, key: &StoreKey, record: &Record) {
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        let before = history
            .get(key)
            .map_or_else(|| record.clone(), |(last, _)| last.clone());
        history.insert(*key, (record.clone(), before));
    }

    fn last(&self, key: &StoreKey) -> Option<(Record, Record)> {
        let history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        history.get(key).cloned()
    }

    async fn current(&self, key: &StoreKey, now: Moment) -> Option<Record> {
        match self.inner.load(key, now).await {
            Ok(Loaded::Found(record)) => Some(record),
            _ => None,
        }
    }
}

type Answer<T> = Result<T, StoreError>;

#[async_trait]
impl Store for FaultyStore {
    async fn create(&self, key: &StoreKey, record: &Record, signs_in: Option<Moment>, now: Moment) -> Answer<Created> {
        self.remember(key, record);
        self.inner.create(key, record, signs_in, now).await
    }

    async fn load(&self, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        let found = self.inner.load(key, now).await?;
        Ok(match (found, self.fault) {
            (Loaded::Found(_), StoreFault::ReadsTheLastButOne) => self
                .last(key)
                .map_or(Loaded::Absent, |(_, before)| Loaded::Found(before)),
            (Loaded::Moved(successor), StoreFault::ReadsThroughMarks) => self
                .current(&successor, now)
                .await
                .map_or(Loaded::Absent, Loaded::Found),
            (Loaded::Absent, StoreFault::MakesUpUnknownSessions) => {
                let history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
                let any = history.values().next().cloned();
                any.map_or(Loaded::Absent, |(mut record, _)| {
                    record.expires_at = Moment::MAX;
                    Loaded::Found(record)
                })
            }
            (found, _) => found,
        })
    }

    async fn update(&self, key: &StoreKey, record: &Record, expected: Revision, now: Moment) -> Answer<Updated> {
        let mut expected = expected;
        if self.is(StoreFault::LetsTheLastWriteWin)
            && let Some(current) = self.current(key, now).await
        {
            expected = current.revision;
        }
        let updated = self.inner.update(key, record, expected, now).await?;
        let inserts = self.is(StoreFault::UpdatesWhatIsGone) || self.is(StoreFault::MakesUpUnknownSessions);
        if updated == Updated::Gone && inserts {
            let created = self.create(key, record, None, now).await?;
            return Ok(match created {
                Created::Created => Updated::Applied,
                Created::Taken | Created::CutOff => Updated::Gone,
            });
        }
        if updated == Updated::Applied {
            self.remember(key, record);
        }
        Ok(updated)
    }

    async fn rotate(&self, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        if self.is(StoreFault::KeepsTheOldSession) {
            let created = self.create(rotation.new, rotation.record, None, now).await?;
            return Ok(match created {
                Created::Created => Rotated::Applied,
                Created::Taken | Created::CutOff => Rotated::Gone,
            });
        }
        let rotation = Rotation {
            signs_in: rotation.signs_in.filter(|_| !self.is(StoreFault::ForgetsCutOffs)),
            ..rotation.clone()
        };
        let rotated = self.inner.rotate(&rotation, now).await?;
        self.remember(rotation.new, rotation.record);
        Ok(rotated)
    }

    async fn touch(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        let mut touch = *touch;
        if self.is(StoreFault::TouchesAnyRevision)
            && let Some(current) = self.current(key, now).await
        {
            touch.expected = current.revision;
        }
        let touched = self.inner.touch(key, &touch, now).await?;
        if let (Touched::Gone, true, Some((record, _))) =
            (touched, self.is(StoreFault::TouchesWhatIsGone), self.last(key))
        {
            let created = self.create(key, &record, None, now).await?;
            assert_eq!(created, Created::Created, "what is gone is not in the way");
        }
        Ok(touched)
    }

    async fn delete(&self, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        if self.is(StoreFault::DeletesNoSuccessors) && self.current(key, now).await.is_none() {
            return Ok(Deleted::Absent);
        }
        self.inner.delete(key, now).await
    }

    async fn sessions_of(&self, owner: &Owner, now: Moment) -> Answer<Vec<Listed>> {
        self.inner.sessions_of(owner, now).await
    }

    async fn delete_sessions_of(&self, owner: &Owner, except: Option<&StoreKey>, now: Moment) -> Answer<u64> {
        if self.is(StoreFault::ForgetsCutOffs) {
            let listed = self.inner.sessions_of(owner, now).await?;
            let mut ended = 0;
            for session in listed.iter().filter(|session| Some(&session.key) != except) {
                ended += u64::from(self.inner.delete(&session.key, now).await? == Deleted::Deleted);
            }
            return Ok(ended);
        }
        let except = except.filter(|_| !self.is(StoreFault::SparesNobody));
        self.inner.delete_sessions_of(owner, except, now).await
    }

    async fn delete_expired(&self, limit: usize, now: Moment) -> Answer<u64> {
        self.inner.delete_expired(limit, now).await
    }

    async fn count(&self, now: Moment) -> Answer<u64> {
        self.inner.count(now).await
    }

    async fn scan(&self, from: Option<&ScanCursor>, limit: usize) -> Answer<Scanned> {
        self.inner.scan(from, limit).await
    }

    async fn clear(&self) -> Answer<()> {
        self.inner.clear().await
    }
}
