//! Faults of walks.

use std::collections::BTreeSet;
use std::sync::Mutex;

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Created, Moment, Record, ScanCursor, Scanned, Store, StoreKey};

use super::fault::{Answer, Fault, plant};

plant! {
    EndsWithTheFirstPage: scan_comes_to_every_session, scan_passes_over_nothing_that_stays;
    GoesOnBehindTheNext: scan_comes_to_every_session, scan_passes_over_nothing_that_stays;
    NeverComesToAnEnd: scan_comes_to_every_session, scan_makes_up_no_sessions;
    CountsPlaces: scan_passes_over_nothing_that_stays;
    PassesTheSignedIn: scan_comes_to_every_session;
    RemembersTheDeleted: scan_makes_up_no_sessions;
}

/// Names no next page.
#[derive(Debug, Default)]
struct EndsWithTheFirstPage;

#[async_trait]
impl Fault for EndsWithTheFirstPage {
    async fn scan(&self, to: &ReferenceStore, from: Option<&ScanCursor>, limit: usize) -> Answer<Scanned> {
        let page = to.scan(from, limit).await?;
        Ok(Scanned { next: None, ..page })
    }
}

/// Drops the last key of a page, and goes on after it.
#[derive(Debug, Default)]
struct GoesOnBehindTheNext;

#[async_trait]
impl Fault for GoesOnBehindTheNext {
    async fn scan(&self, to: &ReferenceStore, from: Option<&ScanCursor>, limit: usize) -> Answer<Scanned> {
        let mut page = to.scan(from, limit).await?;
        if page.next.is_some() {
            page.keys.pop();
        }
        Ok(page)
    }
}

/// Begins again after the last page.
#[derive(Debug, Default)]
struct NeverComesToAnEnd;

#[async_trait]
impl Fault for NeverComesToAnEnd {
    async fn scan(&self, to: &ReferenceStore, from: Option<&ScanCursor>, limit: usize) -> Answer<Scanned> {
        let page = to.scan(from, limit).await?;
        let next = page.next.unwrap_or_else(|| ScanCursor::new([0; 32]));
        let next = Some(next);
        Ok(Scanned { next, ..page })
    }
}

/// Goes by how many keys came before, as with an OFFSET.
#[derive(Debug, Default)]
struct CountsPlaces;

#[async_trait]
impl Fault for CountsPlaces {
    async fn scan(&self, to: &ReferenceStore, from: Option<&ScanCursor>, limit: usize) -> Answer<Scanned> {
        let before = from.map_or(Ok(0), ScanCursor::to_number)?;
        let all = to.scan(None, usize::MAX).await?.keys;
        let rest: Vec<_> = all.into_iter().skip(usize::try_from(before).unwrap()).collect();
        let keys: Vec<_> = rest.iter().take(limit).copied().collect();
        let passed = before + u64::try_from(keys.len()).unwrap();
        let next = (rest.len() > limit).then(|| ScanCursor::new(passed.to_be_bytes()));
        Ok(Scanned { keys, next })
    }
}

/// Comes only to what is nobody's.
#[derive(Debug, Default)]
struct PassesTheSignedIn(Mutex<BTreeSet<StoreKey>>);

#[async_trait]
impl Fault for PassesTheSignedIn {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        if record.owner.is_some() {
            self.0.lock().unwrap().insert(*key);
        }
        to.create(key, record, signs_in, now).await
    }

    async fn scan(&self, to: &ReferenceStore, from: Option<&ScanCursor>, limit: usize) -> Answer<Scanned> {
        let mut page = to.scan(from, limit).await?;
        page.keys.retain(|key| !self.0.lock().unwrap().contains(key));
        Ok(page)
    }
}

/// Comes to all that was ever created.
#[derive(Debug, Default)]
struct RemembersTheDeleted(Mutex<BTreeSet<StoreKey>>);

#[async_trait]
impl Fault for RemembersTheDeleted {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        self.0.lock().unwrap().insert(*key);
        to.create(key, record, signs_in, now).await
    }

    async fn scan(&self, to: &ReferenceStore, from: Option<&ScanCursor>, limit: usize) -> Answer<Scanned> {
        let mut page = to.scan(from, limit).await?;
        page.keys.extend(self.0.lock().unwrap().iter());
        Ok(page)
    }
}
