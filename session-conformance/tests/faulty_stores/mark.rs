//! Faults of marks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Deleted, Loaded, MARK_KEPT, Moment, Rotated, Rotation, Store, StoreKey};

use super::fault::{Answer, Fault, MILLISECOND, plant, window};

plant! {
    LoadFollows: a_mark_names_its_successor;
    ForgetsTheChain: marks_make_a_chain;
    NeverEnds: a_mark_ends_with_its_time, create_under_the_key_of_an_ended_mark_spares_the_successor, delete_through_an_ended_mark_spares_the_successor, an_except_that_leads_nowhere_spares_nobody, a_rotation_resent_after_its_mark_does_nothing, random_operations_agree_with_the_reference;
    EndsEarly: a_mark_ends_with_its_time;
    AllEndAlike: marks_make_a_chain, delete_expired_spares_the_living, random_operations_agree_with_the_reference;
    MakesNone: a_mark_names_its_successor, rotate_moves_the_session, delete_through_a_mark_ends_the_successor, a_deletion_wins_over_a_concurrent_rotation, a_deletion_through_a_mark_wins_over_a_concurrent_rotation, a_resent_rotation_is_recognised_by_its_mark, a_session_that_is_rotated_can_always_be_found, delete_expired_spares_the_living;
    MakesNoneForOwners: a_deletion_wins_over_a_concurrent_rotation;
    AreMadeLate: a_session_that_is_rotated_can_always_be_found, a_deletion_wins_over_a_concurrent_rotation;
    Counts: a_mark_counts_nowhere;
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
        to.rotate(
            &Rotation {
                mark_until: Moment::MAX,
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}

/// Ends its marks a millisecond early.
#[derive(Debug, Default)]
struct EndsEarly;

#[async_trait]
impl Fault for EndsEarly {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        to.rotate(
            &Rotation {
                mark_until: rotation.mark_until - MILLISECOND,
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}

/// Keeps every mark for the same time.
#[derive(Debug, Default)]
struct AllEndAlike;

#[async_trait]
impl Fault for AllEndAlike {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        to.rotate(
            &Rotation {
                mark_until: now + MARK_KEPT,
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}

/// Makes no marks.
#[derive(Debug, Default)]
struct MakesNone;

#[async_trait]
impl Fault for MakesNone {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        to.rotate(
            &Rotation {
                mark_until: now,
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}

/// Makes no marks where somebody is signed in.
#[derive(Debug, Default)]
struct MakesNoneForOwners;

#[async_trait]
impl Fault for MakesNoneForOwners {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let mark_until = if rotation.record.owner.is_some() {
            now
        } else {
            rotation.mark_until
        };
        to.rotate(
            &Rotation {
                mark_until,
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}

/// Makes its mark a moment after the old record is gone.
#[derive(Debug, Default)]
struct AreMadeLate(Mutex<BTreeSet<StoreKey>>);

#[async_trait]
impl Fault for AreMadeLate {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        self.0.lock().unwrap().insert(*rotation.old);
        let answer = to.rotate(rotation, now).await;
        window().await;
        self.0.lock().unwrap().remove(rotation.old);
        answer
    }

    async fn load(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        let is_late = self.0.lock().unwrap().contains(key);
        Ok(match to.load(key, now).await? {
            Loaded::Moved(_) if is_late => Loaded::Absent,
            loaded => loaded,
        })
    }

    async fn delete(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        match self.load(to, key, now).await? {
            Loaded::Absent => Ok(Deleted::Absent),
            Loaded::Found(_) | Loaded::Moved(_) => to.delete(key, now).await,
        }
    }
}

/// Counts marks.
#[derive(Debug, Default)]
struct Counts(Mutex<u64>);

#[async_trait]
impl Fault for Counts {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let answer = to.rotate(rotation, now).await?;
        if answer == Rotated::Applied {
            *self.0.lock().unwrap() += 1;
        }
        Ok(answer)
    }

    async fn count(&self, to: &ReferenceStore, now: Moment) -> Answer<u64> {
        let marks = *self.0.lock().unwrap();
        Ok(to.count(now).await? + marks)
    }
}
