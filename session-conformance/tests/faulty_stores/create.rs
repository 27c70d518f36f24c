//! Faults of creation.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Created, Loaded, Moment, Owner, Record, Rotated, Rotation, Store, StoreKey};

use super::fault::{Answer, DAY, Fault, MILLISECOND, MINUTE, plant, window};

plant! {
    FilesNothing: create_files_a_record;
    Overwrites: create_refuses_a_taken_key, random_operations_agree_with_the_reference;
    OverwritesMarks: create_refuses_the_key_of_a_mark;
    RecognisesItsOwn: create_refuses_a_key_that_its_own_record_has, random_operations_agree_with_the_reference;
    FilesItsOwnAgain: create_refuses_a_key_that_its_own_record_has;
    EndsEarly: create_under_the_key_of_an_ended_record_brings_nothing_back;
    RevivesTheOwner: create_under_the_key_of_an_ended_record_brings_nothing_back;
    FollowsEndedMarks: create_under_the_key_of_an_ended_mark_spares_the_successor;
    RevivesTheEnded: create_of_an_ended_record_leaves_nothing_alive;
    LooksFirst: concurrent_creations_of_one_key_make_one_session;
}

/// Answers, and files nothing.
#[derive(Debug, Default)]
struct FilesNothing;

#[async_trait]
impl Fault for FilesNothing {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        if to.load(key, now).await? == Loaded::Absent {
            return Ok(Created::Created);
        }
        to.create(key, record, signs_in, now).await
    }
}

/// Files over what is there.
#[derive(Debug, Default)]
struct Overwrites;

#[async_trait]
impl Fault for Overwrites {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        let answer = to.create(key, record, signs_in, now).await?;
        if answer == Created::Taken {
            to.delete(key, now).await?;
            return to.create(key, record, signs_in, now).await;
        }
        Ok(answer)
    }
}

/// Takes a mark for a free key.
#[derive(Debug, Default)]
struct OverwritesMarks;

#[async_trait]
impl Fault for OverwritesMarks {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        if let Loaded::Moved(_) = to.load(key, now).await? {
            return to.create(key, record, signs_in, now + DAY).await;
        }
        to.create(key, record, signs_in, now).await
    }
}

/// Takes its own record for a creation that was sent again.
#[derive(Debug, Default)]
struct RecognisesItsOwn;

#[async_trait]
impl Fault for RecognisesItsOwn {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        match to.load(key, now).await? {
            Loaded::Found(current) if current.revision == record.revision => Ok(Created::Created),
            _ => to.create(key, record, signs_in, now).await,
        }
    }
}

/// Files its own record again, as it was.
#[derive(Debug, Default)]
struct FilesItsOwnAgain;

#[async_trait]
impl Fault for FilesItsOwnAgain {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        if let Loaded::Found(current) = to.load(key, now).await?
            && current.revision == record.revision
        {
            to.delete(key, now).await?;
            to.create(key, record, signs_in, now).await?;
            return Ok(Created::Taken);
        }
        to.create(key, record, signs_in, now).await
    }
}

/// Frees a key in the last millisecond of its record.
#[derive(Debug, Default)]
struct EndsEarly;

#[async_trait]
impl Fault for EndsEarly {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        to.create(key, record, signs_in, now + MILLISECOND).await
    }
}

/// Files over an ended record, and leaves its owner as it was.
#[derive(Debug, Default)]
struct RevivesTheOwner(Mutex<BTreeMap<StoreKey, Owner>>);

#[async_trait]
impl Fault for RevivesTheOwner {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        let before = self.0.lock().unwrap().get(key).cloned();
        let owner = before.or_else(|| record.owner.clone());
        if let Some(owner) = &owner {
            self.0.lock().unwrap().insert(*key, owner.clone());
        }
        let record = Record {
            owner,
            ..record.clone()
        };
        to.create(key, &record, signs_in, now).await
    }
}

/// Ends where the key led before.
#[derive(Debug, Default)]
struct FollowsEndedMarks(Mutex<BTreeMap<StoreKey, StoreKey>>);

#[async_trait]
impl Fault for FollowsEndedMarks {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        let answer = to.create(key, record, signs_in, now).await?;
        let led_to = self.0.lock().unwrap().get(key).copied();
        if let (Created::Created, Some(successor)) = (answer, led_to) {
            to.delete(&successor, now).await?;
        }
        Ok(answer)
    }

    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        self.0.lock().unwrap().insert(*rotation.old, *rotation.new);
        to.rotate(rotation, now).await
    }
}

/// Gives an ended record a minute to live.
#[derive(Debug, Default)]
struct RevivesTheEnded;

#[async_trait]
impl Fault for RevivesTheEnded {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        let living = Record {
            expires_at: record.expires_at.max(now + MINUTE),
            ..record.clone()
        };
        to.create(key, &living, signs_in, now).await
    }
}

/// Looks first and writes later.
#[derive(Debug, Default)]
struct LooksFirst;

#[async_trait]
impl Fault for LooksFirst {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        let found = to.load(key, now).await?;
        window().await;
        if found == Loaded::Absent {
            to.delete(key, now).await?;
        }
        to.create(key, record, signs_in, now).await
    }
}
