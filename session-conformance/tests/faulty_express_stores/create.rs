//! Faults of new sessions, and of their ids.

use async_trait::async_trait;
use session_core::{ExpressRecord, ExpressRemoved, ExpressSession, ExpressSid, ExpressStore, ExpressVersion, Moment};

use super::fault::{Fault, plant};
use super::reference::{Answer, ReferenceExpressStore};

plant! {
    TakesTheirPlace on ConnectRedis: a_new_session_takes_nobodys_place;
    SaysCreatedThough on ConnectMongo: a_new_session_takes_nobodys_place;
    GivesTheUsualEnd on ConnectRedis: a_new_session_lives_as_long_as_its_cookie_says, an_end_is_never_moved_back;
    AnswersTheVersionOfTheText on ConnectMongodbSession: a_write_is_answered_with_the_version_that_is_read;
    IgnoresCase on ConnectMongo: ids_that_differ_in_case_alone_are_two;
}

/// As SET without NX does.
#[derive(Debug, Default)]
struct TakesTheirPlace;

#[async_trait]
impl Fault for TakesTheirPlace {
    async fn create(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        now: Moment,
    ) -> Answer<Option<ExpressVersion>> {
        to.places().remove(sid.as_str());
        to.create(sid, session, now).await
    }
}

/// Does not look at what became of it.
#[derive(Debug, Default)]
struct SaysCreatedThough;

#[async_trait]
impl Fault for SaysCreatedThough {
    async fn create(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        now: Moment,
    ) -> Answer<Option<ExpressVersion>> {
        to.create(sid, session, now).await?;
        Ok(Some(ReferenceExpressStore::version_of(session.text)))
    }
}

/// What a session lives whose cookie has no age.
#[derive(Debug, Default)]
struct GivesTheUsualEnd;

#[async_trait]
impl Fault for GivesTheUsualEnd {
    async fn create(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        now: Moment,
    ) -> Answer<Option<ExpressVersion>> {
        let expires_at = now + to.habits().lifetime;
        to.create(sid, &ExpressSession { expires_at, ..*session }, now).await
    }
}

/// Of what was sent, and not of what that became.
#[derive(Debug, Default)]
struct AnswersTheVersionOfTheText;

#[async_trait]
impl Fault for AnswersTheVersionOfTheText {
    async fn create(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        now: Moment,
    ) -> Answer<Option<ExpressVersion>> {
        let created = to.create(sid, session, now).await?;
        Ok(created.map(|_| ReferenceExpressStore::version_of(session.text)))
    }
}

/// As the collation of a database may.
#[derive(Debug, Default)]
struct IgnoresCase;

impl IgnoresCase {
    fn found(to: &ReferenceExpressStore, sid: &ExpressSid) -> ExpressSid {
        let places = to.places();
        let known = places.keys().find(|known| known.eq_ignore_ascii_case(sid.as_str()));
        known.map_or_else(|| sid.clone(), |known| ExpressSid::new(known))
    }
}

#[async_trait]
impl Fault for IgnoresCase {
    async fn load(&self, to: &ReferenceExpressStore, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        to.load(&Self::found(to, sid), now).await
    }

    async fn delete(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expected: Option<&ExpressVersion>,
    ) -> Answer<ExpressRemoved> {
        to.delete(&Self::found(to, sid), expected).await
    }
}
