//! Faults of ends.

use async_trait::async_trait;
use session_core::{ExpressRemoved, ExpressSid, ExpressStore, ExpressVersion, StoreError};

use super::fault::{Fault, plant, window};
use super::reference::{Answer, ReferenceExpressStore};

plant! {
    DoesNothing on ConnectRedis: a_sign_in_writes_the_owner_and_a_sign_out_removes_it, a_new_id_takes_the_values_along, what_is_ended_stays_ended, a_write_of_express_during_a_sign_in_is_taken_along, an_end_by_express_during_a_sign_in_is_one, writes_during_a_sign_in_are_taken_along_or_told, a_session_is_taken_over_when_its_visitor_comes, a_blind_write_takes_the_session_over_too, what_ends_after_it_was_taken_over_stays_ended, what_was_left_behind_is_removed_when_its_visitor_comes_again;
    KeepsOnCondition on ConnectRedis: a_sign_in_writes_the_owner_and_a_sign_out_removes_it, a_new_id_takes_the_values_along, a_write_of_express_during_a_sign_in_is_taken_along, writes_during_a_sign_in_are_taken_along_or_told;
    ComparesNothing on ConnectMongo: a_write_of_express_during_a_sign_in_is_taken_along, writes_during_a_sign_in_are_taken_along_or_told;
    ComparesFirst on ConnectMongo: writes_during_a_sign_in_are_taken_along_or_told;
    TakesAbsentForRemoved on ConnectMongo: ids_that_differ_in_case_alone_are_two, an_end_by_express_during_a_sign_in_is_one;
    TakesChangedForAbsent on ConnectMongo: a_write_of_express_during_a_sign_in_is_taken_along, writes_during_a_sign_in_are_taken_along_or_told;
    FailsWhereNothingIs on ConnectRedis: ids_that_differ_in_case_alone_are_two, an_end_by_express_during_a_sign_in_is_one, a_session_is_taken_over_when_its_visitor_comes, requests_that_overlap_make_one_session_of_it, what_ends_after_it_was_taken_over_stays_ended, what_was_left_behind_is_removed_when_its_visitor_comes_again;
    EmptiesThePlace on ConnectRedis: a_sign_in_writes_the_owner_and_a_sign_out_removes_it, a_new_id_takes_the_values_along, what_is_ended_stays_ended, a_write_of_express_during_a_sign_in_is_taken_along, an_end_by_express_during_a_sign_in_is_one, a_session_is_taken_over_when_its_visitor_comes, a_blind_write_takes_the_session_over_too, what_ends_after_it_was_taken_over_stays_ended, what_was_left_behind_is_removed_when_its_visitor_comes_again;
}

/// Only says so.
#[derive(Debug, Default)]
struct DoesNothing;

#[async_trait]
impl Fault for DoesNothing {
    async fn delete(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expected: Option<&ExpressVersion>,
    ) -> Answer<ExpressRemoved> {
        let place = to.places().get(sid.as_str()).cloned();
        let answer = to.delete(sid, expected).await?;
        to.places().extend(place.map(|place| (sid.as_str().to_owned(), place)));
        Ok(answer)
    }
}

/// Ends nothing where a version is expected.
#[derive(Debug, Default)]
struct KeepsOnCondition;

#[async_trait]
impl Fault for KeepsOnCondition {
    async fn delete(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expected: Option<&ExpressVersion>,
    ) -> Answer<ExpressRemoved> {
        if expected.is_some() {
            return DoesNothing.delete(to, sid, expected).await;
        }
        to.delete(sid, None).await
    }
}

/// Ends whatever is there.
#[derive(Debug, Default)]
struct ComparesNothing;

#[async_trait]
impl Fault for ComparesNothing {
    async fn delete(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        _: Option<&ExpressVersion>,
    ) -> Answer<ExpressRemoved> {
        to.delete(sid, None).await
    }
}

/// Looks, and then deletes.
#[derive(Debug, Default)]
struct ComparesFirst;

#[async_trait]
impl Fault for ComparesFirst {
    async fn delete(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expected: Option<&ExpressVersion>,
    ) -> Answer<ExpressRemoved> {
        if let Some(expected) = expected {
            let there = to
                .places()
                .get(sid.as_str())
                .map(|place| ReferenceExpressStore::version_of(&place.session));
            if there.is_some_and(|there| there != *expected) {
                return Ok(ExpressRemoved::Changed);
            }
            window().await;
        }
        to.delete(sid, None).await
    }
}

/// What is not there has ended.
#[derive(Debug, Default)]
struct TakesAbsentForRemoved;

#[async_trait]
impl Fault for TakesAbsentForRemoved {
    async fn delete(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expected: Option<&ExpressVersion>,
    ) -> Answer<ExpressRemoved> {
        Ok(match to.delete(sid, expected).await? {
            ExpressRemoved::Absent => ExpressRemoved::Removed,
            answer => answer,
        })
    }
}

/// Nothing was matched, so nothing is there.
#[derive(Debug, Default)]
struct TakesChangedForAbsent;

#[async_trait]
impl Fault for TakesChangedForAbsent {
    async fn delete(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expected: Option<&ExpressVersion>,
    ) -> Answer<ExpressRemoved> {
        Ok(match to.delete(sid, expected).await? {
            ExpressRemoved::Changed => ExpressRemoved::Absent,
            answer => answer,
        })
    }
}

/// There has to be something.
#[derive(Debug, Default)]
struct FailsWhereNothingIs;

#[async_trait]
impl Fault for FailsWhereNothingIs {
    async fn delete(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expected: Option<&ExpressVersion>,
    ) -> Answer<ExpressRemoved> {
        match to.delete(sid, expected).await? {
            ExpressRemoved::Absent => Err(StoreError::Unavailable("there is nothing to delete".into())),
            answer => Ok(answer),
        }
    }
}

/// Leaves a session that is none.
#[derive(Debug, Default)]
struct EmptiesThePlace;

#[async_trait]
impl Fault for EmptiesThePlace {
    async fn delete(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expected: Option<&ExpressVersion>,
    ) -> Answer<ExpressRemoved> {
        let place = to.places().get(sid.as_str()).cloned();
        let answer = to.delete(sid, expected).await?;
        if let (ExpressRemoved::Removed, Some(mut place)) = (&answer, place) {
            place.session = "null".to_owned();
            to.places().insert(sid.as_str().to_owned(), place);
        }
        Ok(answer)
    }
}
