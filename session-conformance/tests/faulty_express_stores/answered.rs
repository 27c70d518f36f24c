//! Faults of what a replacement answers.

use async_trait::async_trait;
use session_core::{ExpressReplaced, ExpressSession, ExpressSid, ExpressStore, ExpressVersion, Moment};

use super::fault::{Fault, plant};
use super::reference::{Answer, ReferenceExpressStore};

plant! {
    RecognisesItsOwnText on ConnectRedis: a_write_whose_reply_was_lost_is_neither_lost_nor_twice;
    TakesChangedForGone on ConnectMongo: different_values_of_overlapping_requests_both_survive, a_count_of_many_is_exact, a_write_of_express_in_between_is_not_overwritten;
    TakesGoneForDone on ConnectMongo: what_has_ended_is_not_there, what_is_ended_stays_ended, an_end_by_express_in_between_is_one, writes_during_a_sign_in_are_taken_along_or_told;
    TellsWhatWasExpected on ConnectRedis: different_values_of_overlapping_requests_both_survive, a_count_of_many_is_exact, reads_undo_no_write, a_write_of_express_in_between_is_not_overwritten, writes_during_a_sign_in_are_taken_along_or_told, a_write_whose_reply_was_lost_is_neither_lost_nor_twice;
    AnswersTheVersionBefore on ConnectRedis: a_write_is_answered_with_the_version_that_is_read;
}

/// What is there already must be its own.
#[derive(Debug, Default)]
struct RecognisesItsOwnText;

#[async_trait]
impl Fault for RecognisesItsOwnText {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        let answer = to.replace(sid, session, expected, now).await?;
        Ok(match answer {
            ExpressReplaced::Changed(record) if *record.text == *session.text.as_bytes() => {
                ExpressReplaced::Replaced(record.version)
            }
            answer => answer,
        })
    }
}

/// Nothing was matched, so nothing is there.
#[derive(Debug, Default)]
struct TakesChangedForGone;

#[async_trait]
impl Fault for TakesChangedForGone {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        Ok(match to.replace(sid, session, expected, now).await? {
            ExpressReplaced::Changed(_) => ExpressReplaced::Gone,
            answer => answer,
        })
    }
}

/// Does not look whether anything was matched.
#[derive(Debug, Default)]
struct TakesGoneForDone;

#[async_trait]
impl Fault for TakesGoneForDone {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        Ok(match to.replace(sid, session, expected, now).await? {
            ExpressReplaced::Gone => ExpressReplaced::Replaced(ReferenceExpressStore::version_of(session.text)),
            answer => answer,
        })
    }
}

/// The new text with the old version.
#[derive(Debug, Default)]
struct TellsWhatWasExpected;

#[async_trait]
impl Fault for TellsWhatWasExpected {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        let answer = to.replace(sid, session, expected, now).await?;
        Ok(match answer {
            ExpressReplaced::Changed(mut record) => {
                record.version = expected.clone();
                ExpressReplaced::Changed(record)
            }
            answer => answer,
        })
    }
}

/// As findOneAndUpdate does unless it is told otherwise.
#[derive(Debug, Default)]
struct AnswersTheVersionBefore;

#[async_trait]
impl Fault for AnswersTheVersionBefore {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        Ok(match to.replace(sid, session, expected, now).await? {
            ExpressReplaced::Replaced(_) => ExpressReplaced::Replaced(expected.clone()),
            answer => answer,
        })
    }
}
