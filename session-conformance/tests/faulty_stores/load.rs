//! Faults of what is kept and read.

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Loaded, Moment, Record, Revision, Store, StoreKey};

use super::fault::{Answer, DAY, Fault, MILLISECOND, MINUTE, plant};

plant! {
    IgnoresTheEnd: load_hides_a_record_from_its_end_on;
    EndsLate: load_hides_a_record_from_its_end_on, a_mark_ends_with_its_time;
    MakesUpARecord: load_of_an_unknown_key_is_absent;
}

/// Knows no end.
#[derive(Debug, Default)]
struct IgnoresTheEnd;

#[async_trait]
impl Fault for IgnoresTheEnd {
    async fn load(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        to.load(key, Moment::default().max(now - DAY)).await
    }
}

/// Takes an end for inclusive.
#[derive(Debug, Default)]
struct EndsLate;

#[async_trait]
impl Fault for EndsLate {
    async fn load(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        to.load(key, now - MILLISECOND).await
    }
}

/// Makes up a record where there is none.
#[derive(Debug, Default)]
struct MakesUpARecord;

#[async_trait]
impl Fault for MakesUpARecord {
    async fn load(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        Ok(match to.load(key, now).await? {
            Loaded::Absent => Loaded::Found(Record {
                revision: Revision::from_u64(0),
                created_at: now,
                last_seen_at: now,
                expires_at: now + MINUTE,
                owner: None,
                payload: [].into(),
            }),
            loaded => loaded,
        })
    }
}
