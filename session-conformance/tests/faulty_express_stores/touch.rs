//! Faults of touches.

use async_trait::async_trait;
use session_core::{ExpressSid, ExpressStore, Moment};

use super::fault::{Fault, plant, window};
use super::reference::{Answer, Place, ReferenceExpressStore};

plant! {
    DoesNothing on ConnectRedis: a_read_moves_the_end_as_the_package_does, what_has_no_end_is_there_and_is_given_one;
    MovesBack on ConnectRedis: an_end_is_never_moved_back;
    Inserts on ConnectMongo: an_end_is_never_moved_back;
    AlwaysSaysTouched on ConnectMongodbSession: an_end_is_never_moved_back, what_has_ended_is_not_there;
    TakesUnmovedForGone on ConnectMongo: an_end_is_never_moved_back;
    TakesNoEndForTheLatest on ConnectRedis: what_has_no_end_is_there_and_is_given_one;
    EndsLate on ConnectMongo: what_has_ended_is_not_there;
    WritesTheWholePlace on ConnectMongoEmbedded: what_stands_beside_a_session_stays;
    WritesWhatItRead on ConnectRedis: reads_undo_no_write;
}

/// Only says so.
#[derive(Debug, Default)]
struct DoesNothing;

#[async_trait]
impl Fault for DoesNothing {
    async fn touch(&self, to: &ReferenceExpressStore, sid: &ExpressSid, _: Moment, now: Moment) -> Answer<bool> {
        Ok(to.load(sid, now).await?.is_some())
    }
}

/// As EXPIRE does without a look at what is left.
#[derive(Debug, Default)]
struct MovesBack;

#[async_trait]
impl Fault for MovesBack {
    async fn touch(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expires_at: Moment,
        now: Moment,
    ) -> Answer<bool> {
        let is_there = to.touch(sid, expires_at, now).await?;
        if let Some(place) = to.places().get_mut(sid.as_str()) {
            place.expires_at = Some(to.form.end(expires_at, now));
        }
        Ok(is_there)
    }
}

/// As an upsert does.
#[derive(Debug, Default)]
struct Inserts;

#[async_trait]
impl Fault for Inserts {
    async fn touch(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expires_at: Moment,
        now: Moment,
    ) -> Answer<bool> {
        let is_there = to.touch(sid, expires_at, now).await?;
        to.places().entry(sid.as_str().to_owned()).or_insert(Place {
            session: String::new(),
            expires_at: Some(expires_at),
            beside: None,
        });
        Ok(is_there)
    }
}

/// Always is content.
#[derive(Debug, Default)]
struct AlwaysSaysTouched;

#[async_trait]
impl Fault for AlwaysSaysTouched {
    async fn touch(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expires_at: Moment,
        now: Moment,
    ) -> Answer<bool> {
        to.touch(sid, expires_at, now).await?;
        Ok(true)
    }
}

/// As EXPIRE with GT does.
#[derive(Debug, Default)]
struct TakesNoEndForTheLatest;

#[async_trait]
impl Fault for TakesNoEndForTheLatest {
    async fn touch(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expires_at: Moment,
        now: Moment,
    ) -> Answer<bool> {
        let is_endless = to
            .places()
            .get(sid.as_str())
            .is_some_and(|place| place.expires_at.is_none());
        Ok(is_endless || to.touch(sid, expires_at, now).await?)
    }
}

/// Nothing was changed, so nothing is there.
#[derive(Debug, Default)]
struct TakesUnmovedForGone;

#[async_trait]
impl Fault for TakesUnmovedForGone {
    async fn touch(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expires_at: Moment,
        now: Moment,
    ) -> Answer<bool> {
        let before = to.places().get(sid.as_str()).map(|place| place.expires_at);
        let is_there = to.touch(sid, expires_at, now).await?;
        let after = to.places().get(sid.as_str()).map(|place| place.expires_at);
        Ok(is_there && after != before)
    }
}

/// Leaves ends to those who sweep.
#[derive(Debug, Default)]
struct EndsLate;

#[async_trait]
impl Fault for EndsLate {
    async fn touch(&self, to: &ReferenceExpressStore, sid: &ExpressSid, expires_at: Moment, _: Moment) -> Answer<bool> {
        to.touch(sid, expires_at, Moment::default()).await
    }
}

/// As replaceOne does, where updateOne is meant.
#[derive(Debug, Default)]
struct WritesTheWholePlace;

#[async_trait]
impl Fault for WritesTheWholePlace {
    async fn touch(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expires_at: Moment,
        now: Moment,
    ) -> Answer<bool> {
        let is_there = to.touch(sid, expires_at, now).await?;
        if let Some(place) = to.places().get_mut(sid.as_str()) {
            place.beside = None;
        }
        Ok(is_there)
    }
}

/// Writes the session again as it was.
#[derive(Debug, Default)]
struct WritesWhatItRead;

#[async_trait]
impl Fault for WritesWhatItRead {
    async fn touch(
        &self,
        to: &ReferenceExpressStore,
        sid: &ExpressSid,
        expires_at: Moment,
        now: Moment,
    ) -> Answer<bool> {
        let read = to.places().get(sid.as_str()).map(|place| place.session.clone());
        window().await;
        let is_there = to.touch(sid, expires_at, now).await?;
        if let (Some(place), Some(session)) = (to.places().get_mut(sid.as_str()), read) {
            place.session = session;
        }
        Ok(is_there)
    }
}
