//! What a store that an Express app shares has to do, as a program.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use session_core::{
    ExpressHabits, ExpressRecord, ExpressRemoved, ExpressReplaced, ExpressSession, ExpressSid, ExpressStore,
    ExpressVersion, Moment, StoreError,
};

use super::form::Form;

pub(crate) type Answer<T> = Result<T, StoreError>;

/// The plainest store that keeps sessions as a package of Express does.
#[derive(Clone, Debug)]
pub(crate) struct ReferenceExpressStore {
    pub(crate) form: Form,
    places: Arc<Mutex<BTreeMap<String, Place>>>,
}

/// What is under an id, ended or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) session: String,
    /// `None`: it has no end.
    pub(crate) expires_at: Option<Moment>,
    /// What somebody else keeps beside the session.
    pub(crate) beside: Option<String>,
}

impl ReferenceExpressStore {
    pub(crate) fn new(form: Form) -> Self {
        Self {
            form,
            places: Arc::default(),
        }
    }

    /// Each operation holds the lock from its first look to its last write: that is its one instant.
    pub(crate) fn places(&self) -> MutexGuard<'_, BTreeMap<String, Place>> {
        self.places.lock().unwrap()
    }

    pub(crate) fn version_of(kept: &str) -> ExpressVersion {
        ExpressVersion::new(kept.as_bytes())
    }

    fn record(&self, place: &Place, now: Moment) -> Answer<ExpressRecord> {
        Ok(ExpressRecord {
            text: self.form.seen(&place.session)?.into_bytes().into(),
            version: Self::version_of(&place.session),
            expires_at: place.expires_at.unwrap_or_else(|| self.form.end_of_the_endless(now)),
        })
    }

    fn has_ended(&self, place: &Place, now: Moment) -> bool {
        place.expires_at.is_some_and(|end| end.has_passed(self.form.now(now)))
    }
}

#[async_trait]
impl ExpressStore for ReferenceExpressStore {
    fn habits(&self) -> ExpressHabits {
        self.form.habits()
    }

    async fn load(&self, sid: &ExpressSid, now: Moment) -> Answer<Option<ExpressRecord>> {
        match self.places().get(sid.as_str()) {
            Some(place) if !self.has_ended(place, now) => self.record(place, now).map(Some),
            Some(_) | None => Ok(None),
        }
    }

    async fn create(
        &self,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        now: Moment,
    ) -> Answer<Option<ExpressVersion>> {
        let place = Place {
            session: self.form.kept(session.text)?,
            expires_at: Some(self.form.end(session.expires_at, now)),
            beside: None,
        };
        let version = Self::version_of(&place.session);
        let mut places = self.places();
        // A key of Redis is gone with its end; a document stays until somebody sweeps.
        let is_taken = places
            .get(sid.as_str())
            .is_some_and(|taken| self.form.has_fields() || !self.has_ended(taken, now));
        if is_taken {
            return Ok(None);
        }
        places.insert(sid.as_str().to_owned(), place);
        Ok(Some(version))
    }

    async fn replace(
        &self,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Answer<ExpressReplaced> {
        let mut places = self.places();
        let Some(place) = places.get_mut(sid.as_str()) else {
            return Ok(ExpressReplaced::Gone);
        };
        if self.has_ended(place, now) {
            return Ok(ExpressReplaced::Gone);
        }
        if Self::version_of(&place.session) != *expected {
            return self.record(place, now).map(ExpressReplaced::Changed);
        }
        place.session = self.form.kept(session.text)?;
        place.expires_at = Some(self.form.end(session.expires_at, now));
        Ok(ExpressReplaced::Replaced(Self::version_of(&place.session)))
    }

    async fn touch(&self, sid: &ExpressSid, expires_at: Moment, now: Moment) -> Answer<bool> {
        match self.places().get_mut(sid.as_str()) {
            Some(place) if !self.has_ended(place, now) => {
                place.expires_at = place.expires_at.max(Some(self.form.end(expires_at, now)));
                Ok(true)
            }
            Some(_) | None => Ok(false),
        }
    }

    async fn delete(&self, sid: &ExpressSid, expected: Option<&ExpressVersion>) -> Answer<ExpressRemoved> {
        let mut places = self.places();
        let Some(place) = places.get(sid.as_str()) else {
            return Ok(ExpressRemoved::Absent);
        };
        if expected.is_some_and(|expected| Self::version_of(&place.session) != *expected) {
            return Ok(ExpressRemoved::Changed);
        }
        places.remove(sid.as_str());
        Ok(ExpressRemoved::Removed)
    }
}
