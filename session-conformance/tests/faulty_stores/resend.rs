//! Faults of rotations that are sent again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Loaded, Moment, Owner, Record, Rotated, Rotation, Store, StoreKey};

use super::fault::{Answer, Fault, plant};

plant! {
    IsNotRecognised: a_resent_rotation_is_recognised_by_its_mark, concurrent_resends_of_a_rotation_all_succeed, a_rotation_whose_reply_was_lost_can_be_sent_again, a_resent_rotation_undoes_nothing;
    IsAConflict: a_resent_rotation_is_recognised_by_its_mark, a_rotation_resent_after_the_next_makes_no_second_session, a_rotation_resent_after_a_deletion_revives_nothing, a_rotation_whose_reply_was_lost_can_be_sent_again;
    FilesItsRecordAgain: a_resent_rotation_undoes_nothing;
    TakesTheSessionBack: a_rotation_resent_after_the_next_makes_no_second_session;
    RevivesTheDeleted: a_rotation_resent_after_a_deletion_revives_nothing;
    RevivesTheListed: a_rotation_resent_after_a_deletion_revives_nothing;
    IsDoneAnewAfterTheMark: a_rotation_resent_after_its_mark_does_nothing;
    IsAlwaysApplied: a_rotation_resent_after_its_mark_does_nothing;
}

/// Takes its own mark for that of another.
#[derive(Debug, Default)]
struct IsNotRecognised;

#[async_trait]
impl Fault for IsNotRecognised {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        match to.load(rotation.old, now).await? {
            Loaded::Moved(successor) => Ok(Rotated::Moved(successor)),
            _ => to.rotate(rotation, now).await,
        }
    }
}

/// Answers with what it wrote itself.
#[derive(Debug, Default)]
struct IsAConflict;

#[async_trait]
impl Fault for IsAConflict {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        if to.load(rotation.old, now).await? == Loaded::Moved(*rotation.new) {
            return Ok(Rotated::Conflict(rotation.record.clone()));
        }
        to.rotate(rotation, now).await
    }
}

/// Files its record again.
#[derive(Debug, Default)]
struct FilesItsRecordAgain;

#[async_trait]
impl Fault for FilesItsRecordAgain {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let is_resent = to.load(rotation.old, now).await? == Loaded::Moved(*rotation.new);
        if is_resent {
            to.delete(rotation.new, now).await?;
            to.create(rotation.new, rotation.record, None, now).await?;
        }
        to.rotate(rotation, now).await
    }
}

/// Files its record where the session was before it went on.
#[derive(Debug, Default)]
struct TakesTheSessionBack(Mutex<BTreeMap<StoreKey, Record>>);

#[async_trait]
impl Fault for TakesTheSessionBack {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let is_resent = to.load(rotation.old, now).await? == Loaded::Moved(*rotation.new);
        if is_resent && matches!(to.load(rotation.new, now).await?, Loaded::Moved(_)) {
            self.0.lock().unwrap().insert(*rotation.new, rotation.record.clone());
        }
        to.rotate(rotation, now).await
    }

    async fn load(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        if let Some(record) = self.0.lock().unwrap().get(key) {
            return Ok(Loaded::Found(record.clone()));
        }
        to.load(key, now).await
    }
}

/// Files its record where the mark still names it.
#[derive(Debug, Default)]
struct RevivesTheDeleted;

#[async_trait]
impl Fault for RevivesTheDeleted {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let is_resent = to.load(rotation.old, now).await? == Loaded::Moved(*rotation.new);
        if is_resent && to.load(rotation.new, now).await? == Loaded::Absent {
            to.create(rotation.new, rotation.record, None, now).await?;
        }
        to.rotate(rotation, now).await
    }
}

/// Files its record again where it ended with all of its owner.
#[derive(Debug, Default)]
struct RevivesTheListed(Mutex<BTreeSet<StoreKey>>);

#[async_trait]
impl Fault for RevivesTheListed {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let is_resent = to.load(rotation.old, now).await? == Loaded::Moved(*rotation.new);
        let left = to.load(rotation.new, now).await?;
        if is_resent && left == Loaded::Absent && self.0.lock().unwrap().contains(rotation.new) {
            to.create(rotation.new, rotation.record, None, now).await?;
        }
        to.rotate(rotation, now).await
    }

    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        let listed = to.sessions_of(owner, now).await?;
        self.0.lock().unwrap().extend(listed.iter().map(|listed| listed.key));
        to.delete_sessions_of(owner, except, now).await
    }
}

/// Makes a second session once the mark has ended.
#[derive(Debug, Default)]
struct IsDoneAnewAfterTheMark;

#[async_trait]
impl Fault for IsDoneAnewAfterTheMark {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let answer = to.rotate(rotation, now).await?;
        if answer == Rotated::Gone && rotation.mark_until.has_passed(now) {
            to.create(rotation.old, rotation.record, rotation.signs_in, now).await?;
        }
        Ok(answer)
    }
}

/// Remembers what it has done for ever, and not that it ended.
#[derive(Debug, Default)]
struct IsAlwaysApplied(Mutex<BTreeSet<StoreKey>>);

#[async_trait]
impl Fault for IsAlwaysApplied {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        if self.0.lock().unwrap().contains(rotation.new) {
            return Ok(Rotated::Applied);
        }
        let answer = to.rotate(rotation, now).await?;
        if answer == Rotated::Applied {
            self.0.lock().unwrap().insert(*rotation.new);
        }
        Ok(answer)
    }
}
