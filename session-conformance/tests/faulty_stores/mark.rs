//! Faults of marks and of rotations that are sent again.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Created, Loaded, Moment, Rotated, Rotation, Store, StoreKey};

use super::fault::{Answer, Fault, MINUTE, plant};

plant! {
    LoadFollows: a_mark_names_its_successor;
    NamesTheEnd: marks_make_a_chain;
    ForgetsTheChain: marks_make_a_chain;
    NeverEnds: a_mark_ends_with_the_forwarding_time, rotate_with_a_passed_forwarding_time_leaves_no_mark, create_replaces_an_ended_mark, delete_through_an_ended_mark_spares_the_successor, an_except_that_leads_nowhere_spares_nobody, random_operations_agree_with_the_reference;
    AlwaysForwards: rotate_moves_the_session, rotate_after_a_rotation_without_a_mark_is_gone, a_resent_rotation_is_recognised_without_a_mark;
    NeverForwards: a_mark_names_its_successor, delete_through_a_mark_ends_the_successor, a_deletion_wins_over_a_concurrent_rotation, delete_expired_spares_the_living;
    Counts: a_mark_counts_nowhere;
    ForgetsItsMark: a_resent_rotation_is_recognised_by_its_mark, concurrent_resends_of_a_rotation_all_succeed, a_rotation_whose_reply_was_lost_can_be_sent_again, a_resent_rotation_undoes_nothing;
    ForgetsItsRecord: a_resent_rotation_is_recognised_without_a_mark, a_resent_rotation_is_recognised_after_its_mark, concurrent_resends_of_a_rotation_all_succeed, a_rotation_whose_reply_was_lost_can_be_sent_again;
    FilesItsRecordAgain: a_resent_rotation_undoes_nothing;
}

/// Follows a mark when it loads.
#[derive(Debug, Default)]
struct LoadFollows;

#[async_trait]
impl Fault for LoadFollows {
    async fn load(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        let answer = to.load(key, now).await?;
        let Loaded::Moved(successor) = answer else {
            return Ok(answer);
        };
        to.load(&successor, now).await
    }
}

/// Names the end of the chain instead of the next key.
#[derive(Debug, Default)]
struct NamesTheEnd;

#[async_trait]
impl Fault for NamesTheEnd {
    async fn load(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        let mut answer = to.load(key, now).await?;
        while let Loaded::Moved(successor) = answer {
            let next = to.load(&successor, now).await?;
            if !matches!(next, Loaded::Moved(_)) {
                break;
            }
            answer = next;
        }
        Ok(answer)
    }
}

/// Makes one mark at a time, and forgets the one before.
#[derive(Debug, Default)]
struct ForgetsTheChain(Mutex<BTreeMap<StoreKey, StoreKey>>);

#[async_trait]
impl Fault for ForgetsTheChain {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        self.0.lock().unwrap().insert(*rotation.new, *rotation.old);
        to.rotate(rotation, now).await
    }

    async fn load(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        let answer = to.load(key, now).await?;
        let is_forgotten =
            matches!(&answer, Loaded::Moved(next) if self.0.lock().unwrap().values().any(|old| old == next));
        Ok(if is_forgotten { Loaded::Absent } else { answer })
    }
}

/// Makes marks that never end.
#[derive(Debug, Default)]
struct NeverEnds;

#[async_trait]
impl Fault for NeverEnds {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let forward_until = rotation.forward_until.map(|_| Moment::MAX);
        to.rotate(
            &Rotation {
                forward_until,
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}

/// Makes a mark that nobody asked for.
#[derive(Debug, Default)]
struct AlwaysForwards;

#[async_trait]
impl Fault for AlwaysForwards {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let forward_until = rotation.forward_until.or(Some(now + MINUTE));
        to.rotate(
            &Rotation {
                forward_until,
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}

/// Makes no marks.
#[derive(Debug, Default)]
struct NeverForwards;

#[async_trait]
impl Fault for NeverForwards {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        to.rotate(
            &Rotation {
                forward_until: None,
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}

/// Counts marks.
#[derive(Debug, Default)]
struct Counts(Mutex<u64>);

#[async_trait]
impl Fault for Counts {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let answer = to.rotate(rotation, now).await?;
        if answer == Rotated::Applied && rotation.forward_until.is_some() {
            *self.0.lock().unwrap() += 1;
        }
        Ok(answer)
    }

    async fn count(&self, to: &ReferenceStore, now: Moment) -> Answer<u64> {
        let marks = *self.0.lock().unwrap();
        Ok(to.count(now).await? + marks)
    }
}

/// Takes its own mark for that of another.
#[derive(Debug, Default)]
struct ForgetsItsMark;

#[async_trait]
impl Fault for ForgetsItsMark {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        match to.load(rotation.old, now).await? {
            Loaded::Moved(successor) => Ok(Rotated::Moved(successor)),
            _ => to.rotate(rotation, now).await,
        }
    }
}

/// Looks for a mark, and not for its record.
#[derive(Debug, Default)]
struct ForgetsItsRecord;

#[async_trait]
impl Fault for ForgetsItsRecord {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        match to.load(rotation.old, now).await? {
            Loaded::Absent => Ok(Rotated::Gone),
            _ => to.rotate(rotation, now).await,
        }
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
            let created = to.create(rotation.new, rotation.record, None, now).await?;
            assert_eq!(created, Created::Created);
        }
        to.rotate(rotation, now).await
    }
}
