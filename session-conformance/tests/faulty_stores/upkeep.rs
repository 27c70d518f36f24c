//! Faults of clean-up, count and clearing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Created, Listed, Moment, Owner, Record, Store, StoreKey};

use super::fault::{Answer, DAY, Fault, MINUTE, plant};

plant! {
    IgnoresTheLimit: delete_expired_stays_within_its_limit;
    NeverComesToAnEnd: delete_expired_stays_within_its_limit, delete_expired_spares_the_living;
    RemovesTheLiving: delete_expired_spares_the_living, a_cut_off_is_remembered, random_operations_agree_with_the_reference;
    CountsTheEnded: count_counts_the_living, load_hides_a_record_from_its_end_on, create_of_an_ended_record_leaves_nothing_alive;
    CountsTheSignedIn: count_counts_the_living, create_files_a_record;
    LeavesTheIndex: clear_removes_everything;
    LeavesTheCutOffs: clear_removes_everything;
    ClearsNothing: clear_removes_everything, random_operations_agree_with_the_reference;
}

/// Removes as much as there is.
#[derive(Debug, Default)]
struct IgnoresTheLimit;

#[async_trait]
impl Fault for IgnoresTheLimit {
    async fn delete_expired(&self, to: &ReferenceStore, _: usize, now: Moment) -> Answer<u64> {
        to.delete_expired(1_000, now).await
    }
}

/// Answers with one too many.
#[derive(Debug, Default)]
struct NeverComesToAnEnd;

#[async_trait]
impl Fault for NeverComesToAnEnd {
    async fn delete_expired(&self, to: &ReferenceStore, limit: usize, now: Moment) -> Answer<u64> {
        Ok(to.delete_expired(limit, now).await?.max(1))
    }
}

/// Removes what will end within a day.
#[derive(Debug, Default)]
struct RemovesTheLiving;

#[async_trait]
impl Fault for RemovesTheLiving {
    async fn delete_expired(&self, to: &ReferenceStore, limit: usize, now: Moment) -> Answer<u64> {
        to.delete_expired(limit, now + DAY).await
    }
}

/// Counts what has ended.
#[derive(Debug, Default)]
struct CountsTheEnded;

#[async_trait]
impl Fault for CountsTheEnded {
    async fn count(&self, to: &ReferenceStore, now: Moment) -> Answer<u64> {
        to.count(now - DAY).await
    }
}

/// Counts the signed-in only.
#[derive(Debug, Default)]
struct CountsTheSignedIn(Mutex<BTreeSet<Owner>>);

#[async_trait]
impl Fault for CountsTheSignedIn {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        self.0.lock().unwrap().extend(record.owner.clone());
        to.create(key, record, signs_in, now).await
    }

    async fn count(&self, to: &ReferenceStore, now: Moment) -> Answer<u64> {
        let owners = self.0.lock().unwrap().clone();
        let mut count = 0;
        for owner in owners {
            count += u64::try_from(to.sessions_of(&owner, now).await?.len()).unwrap();
        }
        Ok(count)
    }
}

/// Clears the records and leaves the index.
#[derive(Debug, Default)]
struct LeavesTheIndex(Mutex<BTreeMap<Owner, StoreKey>>);

#[async_trait]
impl Fault for LeavesTheIndex {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        if let Some(owner) = &record.owner {
            self.0.lock().unwrap().insert(owner.clone(), *key);
        }
        to.create(key, record, signs_in, now).await
    }

    async fn sessions_of(&self, to: &ReferenceStore, owner: &Owner, now: Moment) -> Answer<Vec<Listed>> {
        let mut sessions = to.sessions_of(owner, now).await?;
        if to.count(now).await? == 0
            && let Some(key) = self.0.lock().unwrap().get(owner)
        {
            sessions.push(Listed {
                key: *key,
                created_at: now,
                last_seen_at: now,
                expires_at: now + MINUTE,
            });
        }
        Ok(sessions)
    }
}

/// Clears all but the cut-offs.
#[derive(Debug, Default)]
struct LeavesTheCutOffs(Mutex<BTreeMap<Owner, Moment>>);

#[async_trait]
impl Fault for LeavesTheCutOffs {
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

    async fn clear(&self, to: &ReferenceStore) -> Answer<()> {
        to.clear().await?;
        let cut_offs = self.0.lock().unwrap().clone();
        for (owner, at) in cut_offs {
            to.delete_sessions_of(&owner, None, at).await?;
        }
        Ok(())
    }
}

/// Clears nothing.
#[derive(Debug, Default)]
struct ClearsNothing;

#[async_trait]
impl Fault for ClearsNothing {
    async fn clear(&self, _: &ReferenceStore) -> Answer<()> {
        Ok(())
    }
}
