//! Faults of ending all sessions of an owner.

use std::collections::BTreeSet;
use std::sync::Mutex;

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Created, Deleted, Loaded, Moment, Owner, Record, Store, StoreKey};

use super::fault::{Answer, DAY, Fault, plant, window};

plant! {
    SparesOne: delete_sessions_of_ends_them_all;
    CountsTheEnded: delete_sessions_of_counts_the_living;
    LeavesTheEnded: delete_sessions_of_removes_what_has_ended;
    IgnoresExcept: delete_sessions_of_spares_the_excepted, delete_sessions_of_spares_through_marks, the_excepted_session_can_be_rotated, random_operations_agree_with_the_reference;
    ExceptFollowsNoMark: delete_sessions_of_spares_through_marks;
    ExceptFollowsOneMark: delete_sessions_of_spares_through_marks;
    RefusesABadExcept: an_except_that_leads_nowhere_spares_nobody;
    DeletesByPrefix: delete_sessions_of_spares_owners_that_look_alike;
    LooksFirst: no_rotation_in_flight_outlives_the_end_of_all_sessions, no_sign_in_in_flight_outlives_the_end_of_all_sessions;
}

/// Spares one.
#[derive(Debug, Default)]
struct SparesOne;

#[async_trait]
impl Fault for SparesOne {
    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        let first = to.sessions_of(owner, now).await?.first().map(|listed| listed.key);
        to.delete_sessions_of(owner, except.or(first.as_ref()), now).await
    }
}

/// Counts what had ended.
#[derive(Debug, Default)]
struct CountsTheEnded;

#[async_trait]
impl Fault for CountsTheEnded {
    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        let ended = to.sessions_of(owner, now - DAY).await?.len() - to.sessions_of(owner, now).await?.len();
        Ok(to.delete_sessions_of(owner, except, now).await? + u64::try_from(ended).unwrap())
    }
}

/// Leaves what has ended to the clean-up.
#[derive(Debug, Default)]
struct LeavesTheEnded;

#[async_trait]
impl Fault for LeavesTheEnded {
    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        let mut ended = Vec::new();
        for listed in to.sessions_of(owner, now - DAY).await? {
            if let (Loaded::Absent, Loaded::Found(record)) =
                (to.load(&listed.key, now).await?, to.load(&listed.key, now - DAY).await?)
            {
                ended.push((listed.key, record));
            }
        }
        let count = to.delete_sessions_of(owner, except, now).await?;
        for (key, record) in ended {
            assert_eq!(to.create(&key, &record, None, now).await?, Created::Created);
        }
        Ok(count)
    }
}

/// Spares nobody.
#[derive(Debug, Default)]
struct IgnoresExcept;

#[async_trait]
impl Fault for IgnoresExcept {
    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        _: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        to.delete_sessions_of(owner, None, now).await
    }
}

/// Follows no mark to what is spared.
#[derive(Debug, Default)]
struct ExceptFollowsNoMark;

#[async_trait]
impl Fault for ExceptFollowsNoMark {
    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        let is_mark = match except {
            Some(key) => matches!(to.load(key, now).await?, Loaded::Moved(_)),
            None => false,
        };
        to.delete_sessions_of(owner, except.filter(|_| !is_mark), now).await
    }
}

/// Follows one mark to what is spared, and no chain.
#[derive(Debug, Default)]
struct ExceptFollowsOneMark;

#[async_trait]
impl Fault for ExceptFollowsOneMark {
    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        let mut except = except.copied();
        if let Some(key) = except
            && let Loaded::Moved(successor) = to.load(&key, now).await?
        {
            except = Some(successor).filter(|_| true);
            if let Loaded::Moved(_) = to.load(&successor, now).await? {
                except = None;
            }
        }
        to.delete_sessions_of(owner, except.as_ref(), now).await
    }
}

/// Does nothing where there is nothing to spare.
#[derive(Debug, Default)]
struct RefusesABadExcept;

#[async_trait]
impl Fault for RefusesABadExcept {
    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        if let Some(key) = except
            && to.load(key, now).await? == Loaded::Absent
        {
            return Ok(0);
        }
        to.delete_sessions_of(owner, except, now).await
    }
}

/// Deletes by a pattern.
#[derive(Debug, Default)]
struct DeletesByPrefix(Mutex<BTreeSet<Owner>>);

#[async_trait]
impl Fault for DeletesByPrefix {
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
            .filter(|other| other.as_str().starts_with(owner.as_str()))
            .cloned()
            .collect();
        let mut ended = 0;
        for owner in owners {
            ended += to.delete_sessions_of(&owner, except, now).await?;
        }
        Ok(ended)
    }
}

/// Looks first and deletes later.
#[derive(Debug, Default)]
struct LooksFirst;

#[async_trait]
impl Fault for LooksFirst {
    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        let keys: Vec<_> = to
            .sessions_of(owner, now)
            .await?
            .iter()
            .map(|listed| listed.key)
            .collect();
        window().await;
        let mut ended = 0;
        for key in keys {
            let is_here = matches!(to.load(&key, now).await?, Loaded::Found(_));
            if is_here && Some(&key) != except && to.delete(&key, now).await? == Deleted::Deleted {
                ended += 1;
            }
        }
        Ok(ended)
    }
}
