//! Faults of what an update writes.

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Loaded, Moment, Record, Revision, Store, StoreKey, Updated};

use super::fault::{Answer, Fault, MILLISECOND, plant, window};

plant! {
    NeverShortens: update_can_shorten_and_lengthen_the_end, update_to_a_passed_end_ends_the_session, touch_does_not_undo_a_shortened_end, a_touch_never_undoes_a_concurrent_shortening;
    EndsSoftly: update_to_a_passed_end_ends_the_session;
    LeavesTheRest: update_can_change_the_size_of_the_payload;
    KeepsTheActivity: update_replaces_the_record;
    ComparesFirst: concurrent_updates_lose_no_write;
}

/// Only ever moves the end forward.
#[derive(Debug, Default)]
struct NeverShortens;

#[async_trait]
impl Fault for NeverShortens {
    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        let current_end = if let Loaded::Found(current) = to.load(key, now).await? {
            current.expires_at
        } else {
            now
        };
        let record = Record {
            expires_at: record.expires_at.max(current_end),
            ..record.clone()
        };
        to.update(key, &record, expected, now).await
    }
}

/// Gives what ends a millisecond more.
#[derive(Debug, Default)]
struct EndsSoftly;

#[async_trait]
impl Fault for EndsSoftly {
    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        let record = Record {
            expires_at: record.expires_at.max(now + MILLISECOND),
            ..record.clone()
        };
        to.update(key, &record, expected, now).await
    }
}

/// Writes a shorter payload over the start of a longer.
#[derive(Debug, Default)]
struct LeavesTheRest;

#[async_trait]
impl Fault for LeavesTheRest {
    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        let mut payload = record.payload.to_vec();
        if let Loaded::Found(current) = to.load(key, now).await? {
            payload.extend(current.payload.iter().skip(record.payload.len()));
        }
        to.update(
            key,
            &Record {
                payload: payload.into(),
                ..record.clone()
            },
            expected,
            now,
        )
        .await
    }
}

/// Forgets the activity.
#[derive(Debug, Default)]
struct KeepsTheActivity;

#[async_trait]
impl Fault for KeepsTheActivity {
    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        let last_seen_at = if let Loaded::Found(current) = to.load(key, now).await? {
            current.last_seen_at
        } else {
            now
        };
        to.update(
            key,
            &Record {
                last_seen_at,
                ..record.clone()
            },
            expected,
            now,
        )
        .await
    }
}

/// Compares first and writes later.
#[derive(Debug, Default)]
struct ComparesFirst;

#[async_trait]
impl Fault for ComparesFirst {
    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        let found = to.load(key, now).await?;
        window().await;
        let Loaded::Found(seen) = found else {
            return to.update(key, record, expected, now).await;
        };
        if seen.revision != expected {
            return Ok(Updated::Conflict(seen));
        }
        if let Loaded::Found(current) = to.load(key, now).await? {
            return to.update(key, record, current.revision, now).await;
        }
        to.update(key, record, expected, now).await
    }
}
