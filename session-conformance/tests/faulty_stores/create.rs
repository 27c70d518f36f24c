//! Faults of creation.

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Created, Loaded, Moment, Record, Store, StoreKey};

use super::fault::{Answer, DAY, Fault, MILLISECOND, MINUTE, plant, window};

plant! {
    FilesNothing: create_files_a_record;
    Overwrites: create_refuses_a_taken_key, random_operations_agree_with_the_reference;
    OverwritesMarks: create_refuses_the_key_of_a_mark;
    ForgetsItsOwn: create_recognises_its_own_record, concurrent_resends_of_a_creation_all_succeed, a_creation_whose_reply_was_lost_can_be_sent_again;
    FilesItsOwnAgain: create_recognises_its_own_record;
    EndsLate: create_replaces_an_ended_record, create_replaces_an_ended_mark;
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

/// Takes its own record for another.
#[derive(Debug, Default)]
struct ForgetsItsOwn;

#[async_trait]
impl Fault for ForgetsItsOwn {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        if let Loaded::Found(_) = to.load(key, now).await? {
            return Ok(Created::Taken);
        }
        to.create(key, record, signs_in, now).await
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
        if to.create(key, record, signs_in, now).await? == Created::Created {
            to.delete(key, now).await?;
        }
        to.create(key, record, signs_in, now).await
    }
}

/// Keeps a key for a millisecond after its end.
#[derive(Debug, Default)]
struct EndsLate;

#[async_trait]
impl Fault for EndsLate {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        to.create(key, record, signs_in, now - MILLISECOND).await
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
