//! Faults of what is kept.

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Created, Deleted, Loaded, Moment, Owner, Record, Revision, Store, StoreKey, Updated};

use super::fault::{Answer, Fault, plant};

plant! {
    CutsPayloads: a_payload_of_a_mebibyte_comes_back;
    PayloadsAreText: payloads_come_back_exactly;
    RevisionsAreFloats: revisions_come_back_exactly, update_tells_close_revisions_apart;
    MomentsAreSeconds: moments_come_back_exactly;
    CutsOwners: owners_come_back_exactly, long_owners_are_compared_to_the_last_byte;
    KeysHave31Bytes: keys_are_compared_to_the_last_byte;
}

/// Keeps the first 64 KiB of a payload.
#[derive(Debug, Default)]
struct CutsPayloads;

#[async_trait]
impl Fault for CutsPayloads {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        let payload = record.payload.get(..65_536).unwrap_or(&record.payload).into();
        to.create(
            key,
            &Record {
                payload,
                ..record.clone()
            },
            signs_in,
            now,
        )
        .await
    }
}

/// Takes a payload for text.
#[derive(Debug, Default)]
struct PayloadsAreText;

#[async_trait]
impl Fault for PayloadsAreText {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        let payload = String::from_utf8_lossy(&record.payload)
            .into_owned()
            .into_bytes()
            .into();
        to.create(
            key,
            &Record {
                payload,
                ..record.clone()
            },
            signs_in,
            now,
        )
        .await
    }
}

/// Keeps 53 bits of a revision, as a floating-point number would.
#[derive(Debug, Default)]
struct RevisionsAreFloats;

#[async_trait]
impl Fault for RevisionsAreFloats {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        let revision = lossy(record.revision);
        to.create(
            key,
            &Record {
                revision,
                ..record.clone()
            },
            signs_in,
            now,
        )
        .await
    }

    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        if let Loaded::Found(current) = to.load(key, now).await?
            && lossy(expected) == lossy(current.revision)
        {
            return to.update(key, record, current.revision, now).await;
        }
        to.update(key, record, expected, now).await
    }
}

/// Keeps whole seconds.
#[derive(Debug, Default)]
struct MomentsAreSeconds;

#[async_trait]
impl Fault for MomentsAreSeconds {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        let created_at = Moment::from_millis(record.created_at.as_millis() / 1_000 * 1_000);
        to.create(
            key,
            &Record {
                created_at,
                ..record.clone()
            },
            signs_in,
            now,
        )
        .await
    }
}

/// Keeps the first 191 letters of an owner.
#[derive(Debug, Default)]
struct CutsOwners;

#[async_trait]
impl Fault for CutsOwners {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        let owner = record
            .owner
            .as_ref()
            .and_then(|owner| Owner::new(owner.as_str().chars().take(191).collect::<String>()).ok());
        to.create(
            key,
            &Record {
                owner,
                ..record.clone()
            },
            signs_in,
            now,
        )
        .await
    }
}

/// Compares 31 bytes of a key.
#[derive(Debug, Default)]
struct KeysHave31Bytes;

#[async_trait]
impl Fault for KeysHave31Bytes {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        to.create(&cut(key), record, signs_in, now).await
    }

    async fn load(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        to.load(&cut(key), now).await
    }

    async fn delete(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        to.delete(&cut(key), now).await
    }
}

fn lossy(revision: Revision) -> Revision {
    let number = revision.as_u64();
    let lost_bits = 11_u32.saturating_sub(number.leading_zeros());
    Revision::from_u64(number >> lost_bits << lost_bits)
}

fn cut(key: &StoreKey) -> StoreKey {
    let mut bytes = *key.as_bytes();
    bytes[31] = 0;
    StoreKey::from_bytes(bytes)
}
