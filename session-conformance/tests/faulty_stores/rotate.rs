//! Faults of rotations.

use std::collections::BTreeSet;
use std::sync::Mutex;

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Created, Loaded, Moment, Record, Revision, Rotated, Rotation, Store, StoreKey, Updated};

use super::fault::{Answer, Fault, MILLISECOND, plant, window};

plant! {
    DeletesFirst: a_session_that_is_rotated_can_always_be_found;
    LeavesBothAlive: rotate_moves_the_session, a_deletion_wins_over_a_concurrent_rotation;
    IgnoresTheRevision: rotate_expects_the_current_revision, random_operations_agree_with_the_reference;
    Inserts: rotate_of_an_unknown_key_is_gone, rotate_of_a_deleted_session_is_gone, rotate_of_an_ended_session_is_gone, nothing_brings_a_deleted_session_back, a_rotation_resent_after_its_mark_does_nothing, a_deletion_wins_over_a_concurrent_rotation, no_rotation_in_flight_outlives_the_end_of_all_sessions;
    EndsLate: rotate_of_an_ended_session_is_gone;
    FollowsMarks: rotate_of_a_rotated_session_names_its_successor, concurrent_rotations_of_one_session_apply_once;
    KeepsTheBeginning: rotate_moves_the_session;
    ComparesFirst: concurrent_rotations_of_one_session_apply_once, a_deletion_wins_over_a_concurrent_rotation, no_rotation_in_flight_outlives_the_end_of_all_sessions;
    Freezes: a_rotated_session_lives_on, a_resent_rotation_undoes_nothing;
}

/// Deletes the old record before it files the new one.
#[derive(Debug, Default)]
struct DeletesFirst;

#[async_trait]
impl Fault for DeletesFirst {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        match to.load(rotation.old, now).await? {
            Loaded::Found(current) if current.revision == rotation.expected => {}
            _ => return to.rotate(rotation, now).await,
        }
        to.delete(rotation.old, now).await?;
        window().await;
        let created = to.create(rotation.new, rotation.record, rotation.signs_in, now).await?;
        Ok(if created == Created::Created {
            Rotated::Applied
        } else {
            Rotated::CutOff
        })
    }
}

/// Files the new record and keeps the old one.
#[derive(Debug, Default)]
struct LeavesBothAlive;

#[async_trait]
impl Fault for LeavesBothAlive {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        match to.load(rotation.old, now).await? {
            Loaded::Found(current) if current.revision == rotation.expected => {}
            _ => return to.rotate(rotation, now).await,
        }
        let created = to.create(rotation.new, rotation.record, rotation.signs_in, now).await?;
        Ok(if created == Created::CutOff {
            Rotated::CutOff
        } else {
            Rotated::Applied
        })
    }
}

/// Rotates any revision.
#[derive(Debug, Default)]
struct IgnoresTheRevision;

#[async_trait]
impl Fault for IgnoresTheRevision {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        if let Loaded::Found(current) = to.load(rotation.old, now).await? {
            return to
                .rotate(
                    &Rotation {
                        expected: current.revision,
                        ..rotation.clone()
                    },
                    now,
                )
                .await;
        }
        to.rotate(rotation, now).await
    }
}

/// Files the new record where there is no old one.
#[derive(Debug, Default)]
struct Inserts;

#[async_trait]
impl Fault for Inserts {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let answer = to.rotate(rotation, now).await?;
        if answer == Rotated::Gone
            && to.create(rotation.new, rotation.record, rotation.signs_in, now).await? == Created::Created
        {
            return Ok(Rotated::Applied);
        }
        Ok(answer)
    }
}

/// Takes an end for inclusive.
#[derive(Debug, Default)]
struct EndsLate;

#[async_trait]
impl Fault for EndsLate {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        to.rotate(rotation, now - MILLISECOND).await
    }
}

/// Rotates the successor of a mark.
#[derive(Debug, Default)]
struct FollowsMarks;

#[async_trait]
impl Fault for FollowsMarks {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let answer = to.rotate(rotation, now).await?;
        let Rotated::Moved(successor) = answer else {
            return Ok(answer);
        };
        let Loaded::Found(current) = to.load(&successor, now).await? else {
            return Ok(answer);
        };
        to.rotate(
            &Rotation {
                old: &successor,
                expected: current.revision,
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}

/// Keeps when the session began.
#[derive(Debug, Default)]
struct KeepsTheBeginning;

#[async_trait]
impl Fault for KeepsTheBeginning {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let created_at = if let Loaded::Found(current) = to.load(rotation.old, now).await? {
            current.created_at
        } else {
            rotation.record.created_at
        };
        let record = Record {
            created_at,
            ..rotation.record.clone()
        };
        to.rotate(
            &Rotation {
                record: &record,
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}

/// Compares first and writes later, in two steps.
#[derive(Debug, Default)]
struct ComparesFirst;

#[async_trait]
impl Fault for ComparesFirst {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let found = to.load(rotation.old, now).await?;
        window().await;
        match found {
            Loaded::Found(current) if current.revision == rotation.expected => {}
            _ => return to.rotate(rotation, now).await,
        }
        let created = to.create(rotation.new, rotation.record, rotation.signs_in, now).await?;
        if created == Created::CutOff {
            return Ok(Rotated::CutOff);
        }
        if to.load(rotation.old, now).await? != Loaded::Absent {
            to.rotate(rotation, now).await?;
        }
        Ok(Rotated::Applied)
    }
}

/// Freezes what it has moved.
#[derive(Debug, Default)]
struct Freezes(Mutex<BTreeSet<StoreKey>>);

#[async_trait]
impl Fault for Freezes {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        self.0.lock().unwrap().insert(*rotation.new);
        to.rotate(rotation, now).await
    }

    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        if self.0.lock().unwrap().contains(key) {
            return Ok(Updated::Gone);
        }
        to.update(key, record, expected, now).await
    }
}
