//! Faults of touches.

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{Created, Loaded, Moment, Record, Revision, Store, StoreKey, Touch, Touched, Updated};

use super::fault::{Answer, Fault, MILLISECOND, plant, window};

plant! {
    Inserts: touch_of_an_unknown_key_is_gone, touch_of_a_deleted_session_is_gone, touch_of_an_ended_session_is_gone, nothing_brings_a_deleted_session_back, nothing_outlives_a_concurrent_deletion;
    AlwaysSaysTouched: touch_of_an_unknown_key_is_gone, touch_of_a_deleted_session_is_gone, touch_of_an_ended_session_is_gone, delete_sessions_of_ends_them_all;
    MovesBack: touch_moves_neither_moment_back, random_operations_agree_with_the_reference;
    MovesBothOrNeither: touch_moves_neither_moment_back;
    ForgetsTheActivity: touch_moves_the_end_forward;
    ChangesTheRevision: touch_keeps_the_revision, touch_moves_the_end_forward, a_touch_whose_reply_was_lost_can_be_sent_again;
    IgnoresTheRevision: touch_expects_the_current_revision, touch_does_not_undo_a_shortened_end, a_touch_never_undoes_a_concurrent_shortening;
    EndsLate: touch_of_an_ended_session_is_gone;
    FollowsMarks: touch_of_a_rotated_session_names_its_successor;
    ComparesFirst: a_touch_never_undoes_a_concurrent_shortening;
}

/// Files a record where there is none.
#[derive(Debug, Default)]
struct Inserts;

#[async_trait]
impl Fault for Inserts {
    async fn touch(&self, to: &ReferenceStore, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        let answer = to.touch(key, touch, now).await?;
        if answer == Touched::Gone {
            let record = Record {
                revision: touch.expected,
                created_at: now,
                last_seen_at: touch.last_seen_at,
                expires_at: touch.expires_at,
                owner: None,
                payload: [].into(),
            };
            let created = to.create(key, &record, None, now).await?;
            assert_ne!(created, Created::CutOff);
        }
        Ok(answer)
    }
}

/// Always is content.
#[derive(Debug, Default)]
struct AlwaysSaysTouched;

#[async_trait]
impl Fault for AlwaysSaysTouched {
    async fn touch(&self, to: &ReferenceStore, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        Ok(match to.touch(key, touch, now).await? {
            Touched::Gone => Touched::Touched,
            answer => answer,
        })
    }
}

/// Sets both moments, forward or back.
#[derive(Debug, Default)]
struct MovesBack;

#[async_trait]
impl Fault for MovesBack {
    async fn touch(&self, to: &ReferenceStore, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        let answer = to.touch(key, touch, now).await?;
        if answer == Touched::Touched
            && let Loaded::Found(current) = to.load(key, now).await?
        {
            let record = Record {
                last_seen_at: touch.last_seen_at,
                expires_at: touch.expires_at,
                ..current
            };
            let updated = to.update(key, &record, touch.expected, now).await?;
            assert_eq!(updated, Updated::Applied);
        }
        Ok(answer)
    }
}

/// Moves the activity with the end, and not by itself.
#[derive(Debug, Default)]
struct MovesBothOrNeither;

#[async_trait]
impl Fault for MovesBothOrNeither {
    async fn touch(&self, to: &ReferenceStore, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        if let Loaded::Found(current) = to.load(key, now).await?
            && current.revision == touch.expected
            && current.expires_at > touch.expires_at
        {
            return Ok(Touched::Touched);
        }
        to.touch(key, touch, now).await
    }
}

/// Moves the end only.
#[derive(Debug, Default)]
struct ForgetsTheActivity;

#[async_trait]
impl Fault for ForgetsTheActivity {
    async fn touch(&self, to: &ReferenceStore, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        to.touch(
            key,
            &Touch {
                last_seen_at: Moment::default(),
                ..*touch
            },
            now,
        )
        .await
    }
}

/// Draws a new revision.
#[derive(Debug, Default)]
struct ChangesTheRevision;

#[async_trait]
impl Fault for ChangesTheRevision {
    async fn touch(&self, to: &ReferenceStore, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        let answer = to.touch(key, touch, now).await?;
        if answer == Touched::Touched
            && let Loaded::Found(current) = to.load(key, now).await?
        {
            let record = Record {
                revision: Revision::from_u64(current.revision.as_u64() ^ 1),
                ..current
            };
            let updated = to.update(key, &record, touch.expected, now).await?;
            assert_ne!(updated, Updated::Gone);
        }
        Ok(answer)
    }
}

/// Touches any revision.
#[derive(Debug, Default)]
struct IgnoresTheRevision;

#[async_trait]
impl Fault for IgnoresTheRevision {
    async fn touch(&self, to: &ReferenceStore, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        if let Loaded::Found(current) = to.load(key, now).await? {
            return to
                .touch(
                    key,
                    &Touch {
                        expected: current.revision,
                        ..*touch
                    },
                    now,
                )
                .await;
        }
        to.touch(key, touch, now).await
    }
}

/// Takes an end for inclusive.
#[derive(Debug, Default)]
struct EndsLate;

#[async_trait]
impl Fault for EndsLate {
    async fn touch(&self, to: &ReferenceStore, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        to.touch(key, touch, now - MILLISECOND).await
    }
}

/// Touches the successor of a mark.
#[derive(Debug, Default)]
struct FollowsMarks;

#[async_trait]
impl Fault for FollowsMarks {
    async fn touch(&self, to: &ReferenceStore, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        let answer = to.touch(key, touch, now).await?;
        let Touched::Moved(successor) = answer else {
            return Ok(answer);
        };
        to.touch(&successor, touch, now).await
    }
}

/// Compares first and writes later.
#[derive(Debug, Default)]
struct ComparesFirst;

#[async_trait]
impl Fault for ComparesFirst {
    async fn touch(&self, to: &ReferenceStore, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        let found = to.load(key, now).await?;
        window().await;
        if let Loaded::Found(seen) = found
            && seen.revision == touch.expected
            && let Loaded::Found(current) = to.load(key, now).await?
        {
            return to
                .touch(
                    key,
                    &Touch {
                        expected: current.revision,
                        ..*touch
                    },
                    now,
                )
                .await;
        }
        to.touch(key, touch, now).await
    }
}
