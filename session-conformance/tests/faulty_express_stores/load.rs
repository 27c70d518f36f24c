//! Faults of reading.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::Value;
use session_core::{ExpressRecord, ExpressSid, ExpressStore, Moment, StoreError};

use super::fault::{Fault, plant};
use super::reference::{Answer, ReferenceExpressStore};

plant! {
    TakesTheUnreadableForNothing on ConnectRedis: what_is_no_session_is_an_error_and_stays, a_text_that_is_no_unicode_spoils_no_other, what_can_not_be_read_is_not_taken_over, texts_that_are_no_unicode_are_taken_over_as_well_as_can_be;
    RemovesTheUnreadable on ConnectMongodbSession: what_is_no_session_is_an_error_and_stays, what_can_not_be_read_is_not_taken_over;
    TakesNothingForUnreadable on ConnectMongo: what_express_takes_for_nothing_is_no_session;
    RemovesNothing on ConnectRedis: what_express_takes_for_nothing_is_no_session;
    WantsTheCookieFirst on ConnectRedis: members_in_any_order_and_with_any_spaces_are_read, of_two_members_of_one_name_the_later_counts;
    WantsUnicode on ConnectRedis: a_text_that_is_no_unicode_spoils_no_other, texts_that_are_no_unicode_are_taken_over_as_well_as_can_be;
    ReadsTheFirstOfAName on ConnectMongo: of_two_members_of_one_name_the_later_counts;
    FindsWhatHasEnded on ConnectMongo: what_has_ended_is_not_there, what_has_ended_is_not_taken_over;
    TakesNoEndForAnEnd on ConnectRedis: what_has_no_end_is_there_and_is_given_one;
    MovesTheEnd on ConnectMongodbSession: a_read_moves_the_end_as_the_package_does, what_has_no_end_is_there_and_is_given_one;
    RemembersWhatItRead on ConnectRedis: a_cookie_that_says_little_is_made_whole, integers_that_express_would_round_are_refused, what_has_ended_is_not_there, names_and_texts_of_any_kind_come_back, a_write_is_answered_with_the_version_that_is_read, two_saves_in_one_request_are_both_there, an_emptied_session_stays_with_its_cookie, a_sign_in_writes_the_owner_and_a_sign_out_removes_it, the_owners_member_is_a_value_too, a_new_id_takes_the_values_along, different_values_of_overlapping_requests_both_survive, a_count_of_many_is_exact, reads_undo_no_write, a_write_of_express_in_between_is_not_overwritten, a_write_of_express_during_a_sign_in_is_taken_along, writes_during_a_sign_in_are_taken_along_or_told, a_write_whose_reply_was_lost_is_neither_lost_nor_twice, what_ends_after_it_was_taken_over_stays_ended;
    TakesItAway on ConnectRedis: what_is_no_session_is_an_error_and_stays, what_express_takes_for_nothing_is_no_session, a_cookie_that_says_little_is_made_whole, what_is_not_known_of_a_cookie_is_dropped, members_in_any_order_and_with_any_spaces_are_read, numbers_that_are_not_exact_stay_as_they_are, a_text_that_is_no_unicode_spoils_no_other, integers_that_express_would_round_are_refused, a_read_moves_the_end_as_the_package_does, a_write_moves_the_end_as_the_cookie_says, what_has_no_end_is_there_and_is_given_one, names_and_texts_of_any_kind_come_back, two_saves_in_one_request_are_both_there, an_emptied_session_stays_with_its_cookie, a_sign_in_writes_the_owner_and_a_sign_out_removes_it, the_owners_member_is_a_value_too, a_new_id_takes_the_values_along, what_is_ended_stays_ended, different_values_of_overlapping_requests_both_survive, a_count_of_many_is_exact, reads_undo_no_write, a_write_of_express_in_between_is_not_overwritten, a_write_of_express_during_a_sign_in_is_taken_along, an_end_by_express_during_a_sign_in_is_one, writes_during_a_sign_in_are_taken_along_or_told, a_write_whose_reply_was_lost_is_neither_lost_nor_twice, what_can_not_be_read_is_not_taken_over, an_outage_takes_nothing_over_and_signs_nobody_out;
}

/// What `read` makes of a text that is stored; the outer `None`: it can't be read.
fn reread(record: ExpressRecord, read: impl Fn(&str) -> Option<String>) -> Answer<Option<ExpressRecord>> {
    let text = read(std::str::from_utf8(&record.text).unwrap());
    let text = text.ok_or_else(|| StoreError::Corrupt("the text is not as expected".into()))?;
    Ok(Some(ExpressRecord {
        text: text.into_bytes().into(),
        ..record
    }))
}

/// `null`, or an empty text.
fn is_nothing(record: &ExpressRecord) -> bool {
    record.text.is_empty() || *record.text == *b"null"
}

/// What does not look like a session is none.
#[derive(Debug, Default)]
struct TakesTheUnreadableForNothing;

#[async_trait]
impl Fault for TakesTheUnreadableForNothing {
    async fn load(&self, to: &ReferenceExpressStore, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        let loaded = to.load(sid, now).await?;
        Ok(loaded.filter(|record| {
            let session = serde_json::from_slice::<BTreeMap<String, Value>>(&record.text);
            session.is_ok_and(|session| session.contains_key("cookie"))
        }))
    }
}

/// As connect-mongodb-session does with what has an end of another kind.
#[derive(Debug, Default)]
struct RemovesTheUnreadable;

#[async_trait]
impl Fault for RemovesTheUnreadable {
    async fn load(&self, to: &ReferenceExpressStore, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        let loaded = to.load(sid, now).await;
        if loaded.is_err() {
            to.places().remove(sid.as_str());
        }
        loaded
    }
}

/// Everything is to be an object.
#[derive(Debug, Default)]
struct TakesNothingForUnreadable;

#[async_trait]
impl Fault for TakesNothingForUnreadable {
    async fn load(&self, to: &ReferenceExpressStore, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        match to.load(sid, now).await? {
            Some(record) if is_nothing(&record) => Err(StoreError::Corrupt("there is no object".into())),
            loaded => Ok(loaded),
        }
    }
}

/// Tidies up.
#[derive(Debug, Default)]
struct RemovesNothing;

#[async_trait]
impl Fault for RemovesNothing {
    async fn load(&self, to: &ReferenceExpressStore, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        let loaded = to.load(sid, now).await?;
        if loaded.as_ref().is_some_and(is_nothing) {
            to.places().remove(sid.as_str());
        }
        Ok(loaded)
    }
}

/// Looks for the cookie where Express writes it.
#[derive(Debug, Default)]
struct WantsTheCookieFirst;

#[async_trait]
impl Fault for WantsTheCookieFirst {
    async fn load(&self, to: &ReferenceExpressStore, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        let Some(record) = to.load(sid, now).await? else {
            return Ok(None);
        };
        reread(record, |text| {
            let is_expected = text.is_empty() || text == "null" || text.starts_with(r#"{"cookie":"#);
            is_expected.then(|| text.to_owned())
        })
    }
}

/// Decodes the whole of a session.
#[derive(Debug, Default)]
struct WantsUnicode;

#[async_trait]
impl Fault for WantsUnicode {
    async fn load(&self, to: &ReferenceExpressStore, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        let Some(record) = to.load(sid, now).await? else {
            return Ok(None);
        };
        let is_object = record.text.trim_ascii_start().starts_with(b"{");
        reread(record, |text| {
            (!is_object || serde_json::from_str::<Value>(text).is_ok()).then(|| text.to_owned())
        })
    }
}

/// Of two members of one name it hands on the earlier.
#[derive(Debug, Default)]
struct ReadsTheFirstOfAName;

#[async_trait]
impl Fault for ReadsTheFirstOfAName {
    async fn load(&self, to: &ReferenceExpressStore, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        let Some(record) = to.load(sid, now).await? else {
            return Ok(None);
        };
        // What comes last counts, so what is to count is put there.
        reread(record, |text| {
            Some(match text.strip_prefix(r#"{"first":1,"#) {
                Some(rest) => format!(r#"{{{},"first":1}}"#, rest.strip_suffix('}')?),
                None => text.to_owned(),
            })
        })
    }
}

/// Leaves ends to those who sweep.
#[derive(Debug, Default)]
struct FindsWhatHasEnded;

#[async_trait]
impl Fault for FindsWhatHasEnded {
    async fn load(&self, to: &ReferenceExpressStore, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        match to.load(sid, now).await? {
            None => to.load(sid, Moment::default()).await,
            loaded => Ok(loaded),
        }
    }
}

/// What is left is less than nothing, so it has ended.
#[derive(Debug, Default)]
struct TakesNoEndForAnEnd;

#[async_trait]
impl Fault for TakesNoEndForAnEnd {
    async fn load(&self, to: &ReferenceExpressStore, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        let is_endless = to
            .places()
            .get(sid.as_str())
            .is_some_and(|place| place.expires_at.is_none());
        if is_endless {
            return Ok(None);
        }
        to.load(sid, now).await
    }
}

/// Every read is a touch, though the package has none.
#[derive(Debug, Default)]
struct MovesTheEnd;

#[async_trait]
impl Fault for MovesTheEnd {
    async fn load(&self, to: &ReferenceExpressStore, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        let loaded = to.load(sid, now).await?;
        if loaded.is_some() {
            to.touch(sid, now + to.habits().lifetime, now).await?;
        }
        Ok(loaded)
    }
}

/// A cache that nobody tells of any write.
#[derive(Debug, Default)]
struct RemembersWhatItRead(Mutex<BTreeMap<String, ExpressRecord>>);

#[async_trait]
impl Fault for RemembersWhatItRead {
    async fn load(&self, to: &ReferenceExpressStore, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        let remembered = self.0.lock().unwrap().get(sid.as_str()).cloned();
        if remembered.is_some() {
            return Ok(remembered);
        }
        let loaded = to.load(sid, now).await?;
        if let Some(record) = &loaded {
            self.0.lock().unwrap().insert(sid.as_str().to_owned(), record.clone());
        }
        Ok(loaded)
    }
}

/// As GETDEL does.
#[derive(Debug, Default)]
struct TakesItAway;

#[async_trait]
impl Fault for TakesItAway {
    async fn load(&self, to: &ReferenceExpressStore, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        let loaded = to.load(sid, now).await?;
        to.places().remove(sid.as_str());
        Ok(loaded)
    }
}
