//! Faults of the cut-off.

use std::sync::Mutex;

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Created, Moment, Owner, Record, Rotated, Rotation, Store, StoreKey};

use super::fault::{Answer, Fault, MILLISECOND, plant};

plant! {
    Forgets: create_at_or_before_the_cut_off_leaves_nothing, rotate_at_or_before_the_cut_off_changes_nothing, a_cut_off_is_remembered, a_cut_off_does_not_move_back, delete_expired_spares_the_living, no_sign_in_in_flight_outlives_the_end_of_all_sessions, an_end_of_all_sessions_whose_reply_was_lost_can_be_sent_again, random_operations_agree_with_the_reference;
    IsExclusive: create_at_or_before_the_cut_off_leaves_nothing, rotate_at_or_before_the_cut_off_changes_nothing;
    IsLate: create_after_the_cut_off_is_filed, rotate_after_the_cut_off_is_applied;
    HitsEverybody: a_cut_off_stops_nobody_else;
    HitsEveryRotation: the_excepted_session_can_be_rotated, a_cut_off_stops_only_sign_ins;
}

/// Knows no cut-off.
#[derive(Debug, Default)]
struct Forgets;

#[async_trait]
impl Fault for Forgets {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        _: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        to.create(key, record, None, now).await
    }

    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        to.rotate(
            &Rotation {
                signs_in: None,
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}

/// Lets pass who began at the moment of the cut-off.
#[derive(Debug, Default)]
struct IsExclusive;

#[async_trait]
impl Fault for IsExclusive {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        to.create(key, record, signs_in.map(|began_at| began_at + MILLISECOND), now)
            .await
    }

    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let signs_in = rotation.signs_in.map(|began_at| began_at + MILLISECOND);
        to.rotate(
            &Rotation {
                signs_in,
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}

/// Stops who began a little later.
#[derive(Debug, Default)]
struct IsLate;

#[async_trait]
impl Fault for IsLate {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        to.create(key, record, signs_in.map(|began_at| began_at - MILLISECOND), now)
            .await
    }

    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let signs_in = rotation.signs_in.map(|began_at| began_at - MILLISECOND);
        to.rotate(
            &Rotation {
                signs_in,
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}

/// Stops everybody.
#[derive(Debug, Default)]
struct HitsEverybody(Mutex<Option<Moment>>);

#[async_trait]
impl Fault for HitsEverybody {
    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        *self.0.lock().unwrap() = Some(now);
        to.delete_sessions_of(owner, except, now).await
    }

    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        let last = *self.0.lock().unwrap();
        if signs_in.is_some() && last >= signs_in {
            return Ok(Created::CutOff);
        }
        to.create(key, record, signs_in, now).await
    }
}

/// Stops rotations that sign nobody in.
#[derive(Debug, Default)]
struct HitsEveryRotation;

#[async_trait]
impl Fault for HitsEveryRotation {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let signs_in = rotation.signs_in.or(Some(rotation.record.created_at));
        to.rotate(
            &Rotation {
                signs_in,
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}
