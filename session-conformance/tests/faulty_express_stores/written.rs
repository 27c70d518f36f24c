//! Faults of what a replacement writes.

use async_trait::async_trait;
use serde_json::Value;
use session_core::{ExpressRemoved, ExpressReplaced, ExpressSession, ExpressSid, ExpressStore, ExpressVersion, Moment};

use super::fault::{Fault, plant};
use super::reference::{Answer, ReferenceExpressStore};

plant! {
    KeepsTheEnd on ConnectRedis: a_write_moves_the_end_as_the_cookie_says, what_has_no_end_is_there_and_is_given_one;
    GivesTheUsualEnd on ConnectMongo: a_write_moves_the_end_as_the_cookie_says, what_has_no_end_is_there_and_is_given_one;
    MergesMembers on ConnectMongodbSession: what_is_not_known_of_a_cookie_is_dropped, an_emptied_session_stays_with_its_cookie, the_owners_member_is_a_value_too;
    AddsNoMembers on ConnectMongodbSession: integers_that_express_would_round_are_refused, names_and_texts_of_any_kind_come_back, two_saves_in_one_request_are_both_there, a_sign_in_writes_the_owner_and_a_sign_out_removes_it, different_values_of_overlapping_requests_both_survive, a_write_of_express_in_between_is_not_overwritten;
    RemovesTheEmpty on ConnectMongodbSession: an_emptied_session_stays_with_its_cookie;
    WritesTheWholePlace on ConnectMongo: what_stands_beside_a_session_stays;
}

/// As SET with KEEPTTL does.
#[derive(Debug, Default)]
struct KeepsTheEnd;

#[async_trait]
impl Fault for KeepsTheEnd {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        let expires_at = to
            .places()
            .get(sid.as_str())
            .and_then(|place| place.expires_at)
            .unwrap_or(now);
        to.replace(sid, &ExpressSession { expires_at, ..*session }, expected, now)
            .await
    }
}

/// What a session lives whose cookie has no age.
#[derive(Debug, Default)]
struct GivesTheUsualEnd;

#[async_trait]
impl Fault for GivesTheUsualEnd {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        let expires_at = now + to.habits().lifetime;
        to.replace(sid, &ExpressSession { expires_at, ..*session }, expected, now)
            .await
    }
}

/// What is there with what is new put into it.
fn merged(before: Value, after: Value) -> Value {
    match (before, after) {
        (Value::Object(mut before), Value::Object(after)) => {
            for (name, value) in after {
                let earlier = before.remove(&name).unwrap_or_default();
                before.insert(name, merged(earlier, value));
            }
            Value::Object(before)
        }
        (_, after) => after,
    }
}

/// Sets each member by its way.
#[derive(Debug, Default)]
struct MergesMembers;

#[async_trait]
impl Fault for MergesMembers {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        let answer = to.replace(sid, session, expected, now).await?;
        let ExpressReplaced::Replaced(_) = answer else {
            return Ok(answer);
        };
        let before = serde_json::from_slice(expected.as_bytes()).unwrap();
        let mut places = to.places();
        let place = places.get_mut(sid.as_str()).unwrap();
        place.session = merged(before, serde_json::from_str(&place.session).unwrap()).to_string();
        Ok(ExpressReplaced::Replaced(ReferenceExpressStore::version_of(
            &place.session,
        )))
    }
}

/// As a schema does that was fixed by the first write.
#[derive(Debug, Default)]
struct AddsNoMembers;

#[async_trait]
impl Fault for AddsNoMembers {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        let before: Value = serde_json::from_slice(expected.as_bytes()).unwrap();
        let mut after: Value = serde_json::from_str(session.text).unwrap();
        after
            .as_object_mut()
            .unwrap()
            .retain(|name, _| before.get(name).is_some());
        let text = &after.to_string();
        to.replace(sid, &ExpressSession { text, ..*session }, expected, now)
            .await
    }
}

/// Without values there is nothing to keep.
#[derive(Debug, Default)]
struct RemovesTheEmpty;

#[async_trait]
impl Fault for RemovesTheEmpty {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        let members: Value = serde_json::from_str(session.text).unwrap();
        let answer = to.replace(sid, session, expected, now).await?;
        if let ExpressReplaced::Replaced(version) = &answer
            && members.as_object().unwrap().len() == 1
        {
            assert_eq!(to.delete(sid, Some(version)).await?, ExpressRemoved::Removed);
        }
        Ok(answer)
    }
}

/// As replaceOne does, where updateOne is meant.
#[derive(Debug, Default)]
struct WritesTheWholePlace;

#[async_trait]
impl Fault for WritesTheWholePlace {
    async fn replace(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        let answer = to.replace(sid, session, expected, now).await?;
        if let ExpressReplaced::Replaced(_) = answer
            && let Some(place) = to.places().get_mut(sid.as_str())
        {
            place.beside = None;
        }
        Ok(answer)
    }
}
