//! The reference store with one operation that another has written.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{
    Created, Deleted, Listed, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, ScanCursor, Scanned, Store,
    StoreError, StoreKey, Touch, Touched, Updated,
};

pub(crate) type Answer<T> = Result<T, StoreError>;

pub(crate) const MILLISECOND: Duration = Duration::from_millis(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A fault and the cases that catch it.
pub(crate) struct Planted {
    pub(crate) fault: &'static str,
    pub(crate) store: fn() -> Arc<dyn Store>,
    pub(crate) caught_by: &'static [&'static str],
}

/// The list of a group: each fault with its cases.
macro_rules! plant {
    ($($fault:ident: $($case:ident),+;)+) => {
        pub(crate) fn planted() -> Vec<crate::faulty_stores::fault::Planted> {
            vec![$(crate::faulty_stores::fault::Planted {
                fault: concat!(module_path!(), "::", stringify!($fault)),
                store: || std::sync::Arc::new(crate::faulty_stores::fault::Faulty::<$fault>::default()),
                caught_by: &[$(stringify!($case)),+],
            }),+]
        }
    };
}
pub(crate) use plant;

/// Time for others to come in between: what a lock, a transaction or a script would have kept out.
pub(crate) async fn window() {
    tokio::time::sleep(Duration::from_millis(3)).await;
}

/// One fault: an operation that does something else to the reference store than it should.
#[async_trait]
pub(crate) trait Fault: Debug + Default + Send + Sync + 'static {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        to.create(key, record, signs_in, now).await
    }

    async fn load(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        to.load(key, now).await
    }

    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        to.update(key, record, expected, now).await
    }

    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        to.rotate(rotation, now).await
    }

    async fn touch(&self, to: &ReferenceStore, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        to.touch(key, touch, now).await
    }

    async fn delete(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        to.delete(key, now).await
    }

    async fn sessions_of(&self, to: &ReferenceStore, owner: &Owner, now: Moment) -> Answer<Vec<Listed>> {
        to.sessions_of(owner, now).await
    }

    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        to.delete_sessions_of(owner, except, now).await
    }

    async fn delete_expired(&self, to: &ReferenceStore, limit: usize, now: Moment) -> Answer<u64> {
        to.delete_expired(limit, now).await
    }

    async fn count(&self, to: &ReferenceStore, now: Moment) -> Answer<u64> {
        to.count(now).await
    }

    async fn scan(&self, to: &ReferenceStore, from: Option<&ScanCursor>, limit: usize) -> Answer<Scanned> {
        to.scan(from, limit).await
    }

    async fn clear(&self, to: &ReferenceStore) -> Answer<()> {
        to.clear().await
    }
}

/// A store with one fault.
#[derive(Debug, Default)]
pub(crate) struct Faulty<F> {
    fault: F,
    reference: ReferenceStore,
}

/// No fault at all.
#[derive(Debug, Default)]
pub(crate) struct NoFault;

impl Fault for NoFault {}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<F: Fault> Store for Faulty<F> {
    async fn create(&self, key: &StoreKey, record: &Record, signs_in: Option<Moment>, now: Moment) -> Answer<Created> {
        self.fault.create(&self.reference, key, record, signs_in, now).await
    }

    async fn load(&self, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        self.fault.load(&self.reference, key, now).await
    }

    async fn update(&self, key: &StoreKey, record: &Record, expected: Revision, now: Moment) -> Answer<Updated> {
        self.fault.update(&self.reference, key, record, expected, now).await
    }

    async fn rotate(&self, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        self.fault.rotate(&self.reference, rotation, now).await
    }

    async fn touch(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        self.fault.touch(&self.reference, key, touch, now).await
    }

    async fn delete(&self, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        self.fault.delete(&self.reference, key, now).await
    }

    async fn sessions_of(&self, owner: &Owner, now: Moment) -> Answer<Vec<Listed>> {
        self.fault.sessions_of(&self.reference, owner, now).await
    }

    async fn delete_sessions_of(&self, owner: &Owner, except: Option<&StoreKey>, now: Moment) -> Answer<u64> {
        self.fault.delete_sessions_of(&self.reference, owner, except, now).await
    }

    async fn delete_expired(&self, limit: usize, now: Moment) -> Answer<u64> {
        self.fault.delete_expired(&self.reference, limit, now).await
    }

    async fn count(&self, now: Moment) -> Answer<u64> {
        self.fault.count(&self.reference, now).await
    }

    async fn scan(&self, from: Option<&ScanCursor>, limit: usize) -> Answer<Scanned> {
        self.fault.scan(&self.reference, from, limit).await
    }

    async fn clear(&self) -> Answer<()> {
        self.fault.clear(&self.reference).await
    }
}
