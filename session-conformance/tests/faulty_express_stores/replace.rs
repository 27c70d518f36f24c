//! Faults of deciding whether a session is replaced.

use async_trait::async_trait;
use session_core::{ExpressReplaced, ExpressSession, ExpressSid, ExpressStore, ExpressVersion, Moment};

use super::fault::{Fault, plant, window};
use super::reference::{Answer, Place, ReferenceExpressStore};

plant! {
    ComparesNothing on ConnectRedis: different_values_of_overlapping_requests_both_survive, a_count_of_many_is_exact, reads_undo_no_write, a_write_of_express_in_between_is_not_overwritten, writes_during_a_sign_in_are_taken_along_or_told, a_write_whose_reply_was_lost_is_neither_lost_nor_twice;
    ComparesFirst on ConnectRedis: a_count_of_many_is_exact, reads_undo_no_write;
    ComparesTheSize on ConnectRedis: a_count_of_many_is_exact, reads_undo_no_write, writes_during_a_sign_in_are_taken_along_or_told, a_write_whose_reply_was_lost_is_neither_lost_nor_twice;
    Inserts on ConnectMongo: what_is_ended_stays_ended, an_end_by_express_in_between_is_one, writes_during_a_sign_in_are_taken_along_or_told;
    RevivesWhatHasEnded on ConnectMongo: what_has_ended_is_not_there;
}

/// What is under `sid`, whether it has ended or not.
fn place_of(to: &ReferenceExpressStore, sid: &ExpressSid) -> Option<Place> {
    to.places().get(sid.as_str()).cloned()
}

/// Replaces what is there.
async fn replace_any(
    to: &ReferenceExpressStore,
    sid: &ExpressSid,
    session: &ExpressSession<'_>,
    now: Moment,
) -> Answer<ExpressReplaced> {
    let there = place_of(to, sid).map(|place| ReferenceExpressStore::version_of(&place.session));
    match there {
        Some(version) => to.replace(sid, session, &version, now).await,
        None => Ok(ExpressReplaced::Gone),
    }
}

/// The last who writes wins.
#[derive(Debug, Default)]
struct ComparesNothing;

#[async_trait]
impl Fault for ComparesNothing {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        _: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        replace_any(to, sid, session, now).await
    }
}

/// Looks, and then writes.
#[derive(Debug, Default)]
struct ComparesFirst;

#[async_trait]
impl Fault for ComparesFirst {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        match to.load(sid, now).await? {
            None => Ok(ExpressReplaced::Gone),
            Some(record) if record.version != *expected => Ok(ExpressReplaced::Changed(record)),
            Some(_) => {
                window().await;
                replace_any(to, sid, session, now).await
            }
        }
    }
}

/// What is as long as before is the same.
#[derive(Debug, Default)]
struct ComparesTheSize;

#[async_trait]
impl Fault for ComparesTheSize {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        let size = place_of(to, sid).map(|place| place.session.len());
        if size == Some(expected.as_bytes().len()) {
            return replace_any(to, sid, session, now).await;
        }
        to.replace(sid, session, expected, now).await
    }
}

/// As an upsert does.
#[derive(Debug, Default)]
struct Inserts;

#[async_trait]
impl Fault for Inserts {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        if place_of(to, sid).is_none() {
            let created = to.create(sid, session, now).await?;
            return Ok(created.map_or(ExpressReplaced::Gone, ExpressReplaced::Replaced));
        }
        to.replace(sid, session, expected, now).await
    }
}

/// Leaves ends to those who sweep.
#[derive(Debug, Default)]
struct RevivesWhatHasEnded;

#[async_trait]
impl Fault for RevivesWhatHasEnded {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        _: Moment,
    ) -> Answer<ExpressReplaced> {
        to.replace(sid, session, expected, Moment::default()).await
    }
}
