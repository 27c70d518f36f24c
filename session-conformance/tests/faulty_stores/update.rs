//! Faults of updates.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Created, Loaded, Moment, Record, Revision, Store, StoreKey, Updated};

use super::fault::{Answer, Fault, MILLISECOND, plant};

plant! {
    Inserts: update_of_an_unknown_key_is_gone, update_of_a_deleted_session_is_gone, update_of_an_ended_session_is_gone, nothing_brings_a_deleted_session_back, nothing_outlives_a_concurrent_deletion, delete_sessions_of_ends_them_all, random_operations_agree_with_the_reference;
    IgnoresTheRevision: update_expects_the_current_revision, update_tells_close_revisions_apart, concurrent_updates_lose_no_write, an_update_whose_reply_was_lost_can_be_told_from_anothers, random_operations_agree_with_the_reference;
    ConflictIsStale: a_conflict_carries_the_current_record, an_update_whose_reply_was_lost_can_be_told_from_anothers;
    HidesItsResend: an_update_whose_reply_was_lost_can_be_told_from_anothers;
    EndsLate: update_of_an_ended_session_is_gone, a_mark_ends_with_its_time;
    FollowsMarks: update_of_a_rotated_session_names_its_successor;
    ForgetsMarks: update_of_a_rotated_session_names_its_successor;
}

/// Files the record where there is none.
#[derive(Debug, Default)]
struct Inserts;

#[async_trait]
impl Fault for Inserts {
    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        let answer = to.update(key, record, expected, now).await?;
        if answer == Updated::Gone && to.create(key, record, None, now).await? == Created::Created {
            return Ok(Updated::Applied);
        }
        Ok(answer)
    }
}

/// Writes over any revision.
#[derive(Debug, Default)]
struct IgnoresTheRevision;

#[async_trait]
impl Fault for IgnoresTheRevision {
    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        if let Loaded::Found(current) = to.load(key, now).await? {
            return to.update(key, record, current.revision, now).await;
        }
        to.update(key, record, expected, now).await
    }
}

/// Answers a conflict with the record as it was filed.
#[derive(Debug, Default)]
struct ConflictIsStale(Mutex<BTreeMap<StoreKey, Record>>);

#[async_trait]
impl Fault for ConflictIsStale {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        self.0.lock().unwrap().entry(*key).or_insert_with(|| record.clone());
        to.create(key, record, signs_in, now).await
    }

    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        let answer = to.update(key, record, expected, now).await?;
        let Updated::Conflict(current) = answer else {
            return Ok(answer);
        };
        Ok(Updated::Conflict(
            self.0.lock().unwrap().get(key).cloned().unwrap_or(current),
        ))
    }
}

/// Takes its own earlier write for this one.
#[derive(Debug, Default)]
struct HidesItsResend;

#[async_trait]
impl Fault for HidesItsResend {
    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        Ok(match to.update(key, record, expected, now).await? {
            Updated::Conflict(current) if current.revision == record.revision => Updated::Applied,
            answer => answer,
        })
    }
}

/// Takes an end for inclusive.
#[derive(Debug, Default)]
struct EndsLate;

#[async_trait]
impl Fault for EndsLate {
    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        to.update(key, record, expected, now - MILLISECOND).await
    }
}

/// Updates the successor of a mark.
#[derive(Debug, Default)]
struct FollowsMarks;

#[async_trait]
impl Fault for FollowsMarks {
    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        let answer = to.update(key, record, expected, now).await?;
        let Updated::Moved(successor) = answer else {
            return Ok(answer);
        };
        to.update(&successor, record, expected, now).await
    }
}

/// Takes a mark for nothing.
#[derive(Debug, Default)]
struct ForgetsMarks;

#[async_trait]
impl Fault for ForgetsMarks {
    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        Ok(match to.update(key, record, expected, now).await? {
            Updated::Moved(_) => Updated::Gone,
            answer => answer,
        })
    }
}
