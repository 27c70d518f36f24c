//! Faults of deletions.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Created, Deleted, Loaded, Moment, Record, Store, StoreKey, Touch, Touched};

use super::fault::{Answer, Fault, MILLISECOND, plant, window};

plant! {
    KeepsTheSession: delete_ends_the_session;
    LeavesTheEnded: delete_removes_what_has_ended;
    IgnoresMarks: delete_through_a_mark_ends_the_successor, delete_follows_a_chain_of_marks, a_deletion_wins_over_a_concurrent_rotation, a_deletion_through_a_mark_wins_over_a_concurrent_rotation, a_deletion_whose_reply_was_lost_can_be_sent_again;
    FollowsOneMark: delete_follows_a_chain_of_marks;
    FollowsFirst: a_deletion_through_a_mark_wins_over_a_concurrent_rotation;
    LosesToATouch: touch_of_a_deleted_session_is_gone, nothing_brings_a_deleted_session_back, nothing_outlives_a_concurrent_deletion;
    AlwaysSaysDeleted: delete_of_an_unknown_key_is_absent, delete_of_an_ended_session_is_absent, delete_ends_the_session, concurrent_deletions_end_a_session_once, a_deletion_whose_reply_was_lost_can_be_sent_again;
    EndsLate: delete_of_an_ended_session_is_absent, delete_through_an_ended_mark_spares_the_successor;
    TakesTheOthers: delete_ends_the_session;
    LooksFirst: concurrent_deletions_end_a_session_once;
}

/// Keeps the session.
#[derive(Debug, Default)]
struct KeepsTheSession;

#[async_trait]
impl Fault for KeepsTheSession {
    async fn delete(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        Ok(match to.load(key, now).await? {
            Loaded::Absent => Deleted::Absent,
            Loaded::Found(_) | Loaded::Moved(_) => Deleted::Deleted,
        })
    }
}

/// Leaves what has ended to the clean-up.
#[derive(Debug, Default)]
struct LeavesTheEnded;

#[async_trait]
impl Fault for LeavesTheEnded {
    async fn delete(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        match to.load(key, now).await? {
            Loaded::Absent => Ok(Deleted::Absent),
            Loaded::Found(_) | Loaded::Moved(_) => to.delete(key, now).await,
        }
    }
}

/// Follows no mark.
#[derive(Debug, Default)]
struct IgnoresMarks;

#[async_trait]
impl Fault for IgnoresMarks {
    async fn delete(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        if let Loaded::Moved(_) = to.load(key, now).await? {
            return Ok(Deleted::Absent);
        }
        to.delete(key, now).await
    }
}

/// Follows one mark, and no chain.
#[derive(Debug, Default)]
struct FollowsOneMark;

#[async_trait]
impl Fault for FollowsOneMark {
    async fn delete(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        if let Loaded::Moved(successor) = to.load(key, now).await?
            && let Loaded::Moved(_) = to.load(&successor, now).await?
        {
            return Ok(Deleted::Absent);
        }
        to.delete(key, now).await
    }
}

/// Follows the marks first, and deletes later what was at their end.
#[derive(Debug, Default)]
struct FollowsFirst;

#[async_trait]
impl Fault for FollowsFirst {
    async fn delete(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        let mut last = *key;
        while let Loaded::Moved(successor) = to.load(&last, now).await? {
            last = successor;
        }
        window().await;
        match to.load(&last, now).await? {
            Loaded::Found(_) => to.delete(&last, now).await,
            Loaded::Moved(_) | Loaded::Absent => Ok(Deleted::Absent),
        }
    }
}

/// Loses to a touch, which finds what was deleted a moment ago.
#[derive(Debug, Default)]
struct LosesToATouch(Mutex<BTreeMap<StoreKey, Record>>);

#[async_trait]
impl Fault for LosesToATouch {
    async fn delete(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        if let Loaded::Found(record) = to.load(key, now).await? {
            self.0.lock().unwrap().insert(*key, record);
        }
        to.delete(key, now).await
    }

    async fn touch(&self, to: &ReferenceStore, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        let answer = to.touch(key, touch, now).await?;
        let deleted = self.0.lock().unwrap().get(key).cloned();
        match (answer, deleted) {
            (Touched::Gone, Some(record)) => {
                let created = to.create(key, &record, None, now).await?;
                assert_ne!(created, Created::CutOff);
                Ok(Touched::Touched)
            }
            _ => Ok(answer),
        }
    }
}

/// Always is content.
#[derive(Debug, Default)]
struct AlwaysSaysDeleted;

#[async_trait]
impl Fault for AlwaysSaysDeleted {
    async fn delete(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        to.delete(key, now).await?;
        Ok(Deleted::Deleted)
    }
}

/// Takes an end for inclusive.
#[derive(Debug, Default)]
struct EndsLate;

#[async_trait]
impl Fault for EndsLate {
    async fn delete(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        to.delete(key, now - MILLISECOND).await
    }
}

/// Ends all that the owner has.
#[derive(Debug, Default)]
struct TakesTheOthers;

#[async_trait]
impl Fault for TakesTheOthers {
    async fn delete(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        if let Loaded::Found(Record { owner: Some(owner), .. }) = to.load(key, now).await? {
            to.delete_sessions_of(&owner, None, now).await?;
            return Ok(Deleted::Deleted);
        }
        to.delete(key, now).await
    }
}

/// Looks first and deletes later.
#[derive(Debug, Default)]
struct LooksFirst;

#[async_trait]
impl Fault for LooksFirst {
    async fn delete(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Deleted> {
        let found = to.load(key, now).await?;
        window().await;
        to.delete(key, now).await?;
        Ok(if found == Loaded::Absent {
            Deleted::Absent
        } else {
            Deleted::Deleted
        })
    }
}
