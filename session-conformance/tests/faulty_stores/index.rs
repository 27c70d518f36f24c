//! Faults of the user index.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Created, Deleted, Listed, Loaded, Moment, Owner, Record, Rotated, Rotation, Store, StoreKey};

use super::fault::{Answer, DAY, Fault, plant};

plant! {
    MatchesPrefixes: owners_are_compared_byte_for_byte, long_owners_are_compared_to_the_last_byte;
    IgnoresCase: owners_are_compared_byte_for_byte, delete_sessions_of_spares_owners_that_look_alike, random_operations_agree_with_the_reference;
    ListsTheEnded: sessions_of_lists_exactly_the_living, load_hides_a_record_from_its_end_on, update_to_a_passed_end_ends_the_session;
    ReadsOnePage: sessions_of_lists_every_one_of_many;
    KeepsTheOldKey: rotate_moves_the_index, a_mark_counts_nowhere, the_excepted_session_can_be_rotated;
    KeepsTheFirstOwner: create_under_the_key_of_an_ended_record_brings_nothing_back, rotate_moves_the_index, delete_sessions_of_goes_by_the_owner_of_now;
}

/// Finds every name that begins like this one.
#[derive(Debug, Default)]
struct MatchesPrefixes(Mutex<BTreeSet<Owner>>);

#[async_trait]
impl Fault for MatchesPrefixes {
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

    async fn sessions_of(&self, to: &ReferenceStore, owner: &Owner, now: Moment) -> Answer<Vec<Listed>> {
        let owners: Vec<_> = self
            .0
            .lock()
            .unwrap()
            .iter()
            .filter(|other| other.as_str().starts_with(owner.as_str()))
            .cloned()
            .collect();
        let mut sessions = Vec::new();
        for owner in owners {
            sessions.extend(to.sessions_of(&owner, now).await?);
        }
        Ok(sessions)
    }
}

/// Takes capital letters for small ones, and pads.
#[derive(Debug, Default)]
struct IgnoresCase(Mutex<BTreeSet<Owner>>);

#[async_trait]
impl Fault for IgnoresCase {
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

    async fn sessions_of(&self, to: &ReferenceStore, owner: &Owner, now: Moment) -> Answer<Vec<Listed>> {
        let owners: Vec<_> = self
            .0
            .lock()
            .unwrap()
            .iter()
            .filter(|other| folded(other) == folded(owner))
            .cloned()
            .collect();
        let mut sessions = Vec::new();
        for owner in owners {
            sessions.extend(to.sessions_of(&owner, now).await?);
        }
        Ok(sessions)
    }

    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        let owners: Vec<_> = self
            .0
            .lock()
            .unwrap()
            .iter()
            .filter(|other| folded(other) == folded(owner))
            .cloned()
            .collect();
        let mut ended = 0;
        for owner in owners {
            ended += to.delete_sessions_of(&owner, except, now).await?;
        }
        Ok(ended)
    }
}

/// Lists what has ended.
#[derive(Debug, Default)]
struct ListsTheEnded;

#[async_trait]
impl Fault for ListsTheEnded {
    async fn sessions_of(&self, to: &ReferenceStore, owner: &Owner, now: Moment) -> Answer<Vec<Listed>> {
        to.sessions_of(owner, now - DAY).await
    }
}

/// Reads one page.
#[derive(Debug, Default)]
struct ReadsOnePage;

#[async_trait]
impl Fault for ReadsOnePage {
    async fn sessions_of(&self, to: &ReferenceStore, owner: &Owner, now: Moment) -> Answer<Vec<Listed>> {
        let mut sessions = to.sessions_of(owner, now).await?;
        sessions.truncate(100);
        Ok(sessions)
    }
}

/// Lists a rotated session under its old key.
#[derive(Debug, Default)]
struct KeepsTheOldKey(Mutex<BTreeMap<StoreKey, StoreKey>>);

#[async_trait]
impl Fault for KeepsTheOldKey {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        self.0.lock().unwrap().insert(*rotation.new, *rotation.old);
        to.rotate(rotation, now).await
    }

    async fn sessions_of(&self, to: &ReferenceStore, owner: &Owner, now: Moment) -> Answer<Vec<Listed>> {
        let mut sessions = to.sessions_of(owner, now).await?;
        for listed in &mut sessions {
            if let Some(old) = self.0.lock().unwrap().get(&listed.key) {
                listed.key = *old;
            }
        }
        Ok(sessions)
    }
}

/// Lists a key under its first owner for ever.
#[derive(Debug, Default)]
struct KeepsTheFirstOwner(Mutex<BTreeMap<StoreKey, Owner>>);

#[async_trait]
impl Fault for KeepsTheFirstOwner {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        if let Some(owner) = &record.owner {
            self.0.lock().unwrap().entry(*key).or_insert_with(|| owner.clone());
        }
        to.create(key, record, signs_in, now).await
    }

    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let mut owners = self.0.lock().unwrap().clone();
        if let Some(owner) = owners.get(rotation.old).cloned() {
            owners.insert(*rotation.new, owner);
        }
        *self.0.lock().unwrap() = owners;
        to.rotate(rotation, now).await
    }

    async fn sessions_of(&self, to: &ReferenceStore, owner: &Owner, now: Moment) -> Answer<Vec<Listed>> {
        let keys: Vec<_> = self
            .0
            .lock()
            .unwrap()
            .iter()
            .filter(|(_, first)| *first == owner)
            .map(|(key, _)| *key)
            .collect();
        let mut sessions = Vec::new();
        for key in keys {
            if let Loaded::Found(record) = to.load(&key, now).await? {
                sessions.push(Listed {
                    key,
                    created_at: record.created_at,
                    last_seen_at: record.last_seen_at,
                    expires_at: record.expires_at,
                });
            }
        }
        Ok(sessions)
    }

    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        let mut ended = 0;
        for listed in self.sessions_of(to, owner, now).await? {
            if Some(&listed.key) != except && to.delete(&listed.key, now).await? == Deleted::Deleted {
                ended += 1;
            }
        }
        Ok(ended)
    }
}

fn folded(owner: &Owner) -> String {
    owner.as_str().to_lowercase().trim_end().to_owned()
}
