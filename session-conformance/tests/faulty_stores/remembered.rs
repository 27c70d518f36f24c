//! Faults of how a cut-off is remembered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Created, Moment, Owner, Record, Rotated, Rotation, Store, StoreKey};

use super::fault::{Answer, Fault, MINUTE, plant, window};

plant! {
    MovesBack: a_cut_off_does_not_move_back;
    IsForgottenEarly: a_cut_off_is_remembered, delete_expired_spares_the_living;
    GoesWithTheRubbish: a_cut_off_is_remembered, delete_expired_spares_the_living;
    NeedsASession: create_at_or_before_the_cut_off_leaves_nothing;
    EndsTheOldSession: rotate_at_or_before_the_cut_off_changes_nothing;
    IsReadTooEarly: no_sign_in_in_flight_outlives_the_end_of_all_sessions;
    IsReadBeforeTheMove: no_sign_in_in_flight_outlives_the_end_of_all_sessions;
}

/// Moves back with a clock that is behind.
#[derive(Debug, Default)]
struct MovesBack(Mutex<BTreeMap<Owner, Moment>>);

#[async_trait]
impl Fault for MovesBack {
    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        self.0.lock().unwrap().insert(owner.clone(), now);
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
        let cut_off = record
            .owner
            .as_ref()
            .and_then(|owner| self.0.lock().unwrap().get(owner).copied());
        to.create(key, record, signs_in.filter(|began_at| cut_off >= Some(*began_at)), now)
            .await
    }
}

/// Is remembered for a minute.
#[derive(Debug, Default)]
struct IsForgottenEarly;

#[async_trait]
impl Fault for IsForgottenEarly {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        to.create(
            key,
            record,
            signs_in.filter(|began_at| now.since(*began_at) < MINUTE),
            now,
        )
        .await
    }
}

/// Goes with the first clean-up.
#[derive(Debug, Default)]
struct GoesWithTheRubbish(AtomicBool);

#[async_trait]
impl Fault for GoesWithTheRubbish {
    async fn delete_expired(&self, to: &ReferenceStore, limit: usize, now: Moment) -> Answer<u64> {
        self.0.store(true, Ordering::Relaxed);
        to.delete_expired(limit, now).await
    }

    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        to.create(key, record, signs_in.filter(|_| !self.0.load(Ordering::Relaxed)), now)
            .await
    }
}

/// Is forgotten where there was no session to end.
#[derive(Debug, Default)]
struct NeedsASession(Mutex<BTreeSet<Owner>>);

#[async_trait]
impl Fault for NeedsASession {
    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        let ended = to.delete_sessions_of(owner, except, now).await?;
        if ended > 0 {
            self.0.lock().unwrap().insert(owner.clone());
        }
        Ok(ended)
    }

    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        let is_known = record
            .owner
            .as_ref()
            .is_some_and(|owner| self.0.lock().unwrap().contains(owner));
        to.create(key, record, signs_in.filter(|_| is_known), now).await
    }
}

/// Ends the old session with the sign-in that it stops.
#[derive(Debug, Default)]
struct EndsTheOldSession;

#[async_trait]
impl Fault for EndsTheOldSession {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let answer = to.rotate(rotation, now).await?;
        if answer == Rotated::CutOff {
            to.delete(rotation.old, now).await?;
        }
        Ok(answer)
    }
}

/// Is read before the record is filed, and not after.
#[derive(Debug, Default)]
struct IsReadTooEarly;

#[async_trait]
impl Fault for IsReadTooEarly {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        if to.create(key, record, signs_in, now).await? == Created::CutOff {
            return Ok(Created::CutOff);
        }
        to.delete(key, now).await?;
        window().await;
        to.create(key, record, None, now).await
    }
}

/// Is read before the session moves, and not after.
#[derive(Debug, Default)]
struct IsReadBeforeTheMove;

#[async_trait]
impl Fault for IsReadBeforeTheMove {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let probe = to.create(rotation.new, rotation.record, rotation.signs_in, now).await?;
        if probe == Created::CutOff {
            return to.rotate(rotation, now).await;
        }
        to.delete(rotation.new, now).await?;
        window().await;
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
