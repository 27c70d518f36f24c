//! The collection that an Express app keeps its sessions in.

use std::fmt;
use std::time::Duration;

use mongodb::bson::{Bson, Document, RawDocumentBuf, doc};
use session_core::{
    ExpressHabits, ExpressRecord, ExpressRemoved, ExpressReplaced, ExpressSession, ExpressSid, ExpressVersion, Moment,
    StoreError,
};

use super::conversion::{self, Unreadable};
use crate::connect_error::MongoConnectError;
use crate::deadline::Deadline;
use crate::failure::Intent;
use crate::moments::date;
use crate::sessions::{ATTEMPTS, Sessions, unsettled};
use crate::settings::MongoStoreBuilder;

/// Where both packages keep them by default.
const COLLECTION: &str = "sessions";
/// What is left to a session that has no end, where the first read gives it one.
const UNTIL_IT_IS_READ: Duration = Duration::from_secs(1);

/// What a package does in its own way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Customs {
    pub(super) form: Form,
    pub(super) without_end: WithoutEnd,
    pub(super) habits: ExpressHabits,
    pub(super) touch_after: Duration,
    pub(super) keeps_timestamps: bool,
}

/// What the field `session` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Document,
}

/// What a session is whose `expires` is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WithoutEnd {
    /// There, and for ever, if `expires` is absent or null.
    Lives,
    /// There if it is absent, until somebody reads it; and not there if it is anything else.
    LivesIfAbsent,
}

/// The collection.
pub(super) struct SharedSessions(Sessions);

impl fmt::Debug for SharedSessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SharedSessions")
            .field("database", &self.0.database.name())
            .field("collection", &self.0.collection.name())
            .finish_non_exhaustive()
    }
}

impl SharedSessions {
    pub(super) async fn open(builder: MongoStoreBuilder) -> Result<Self, MongoConnectError> {
        let creates_indexes = builder.creates_indexes;
        let sessions = builder.open(COLLECTION).await?;
        sessions.check_server().await?;
        if creates_indexes {
            sessions.create_shared_index().await?;
        }
        Ok(Self(sessions))
    }

    pub(super) async fn load(
        &self,
        customs: &Customs,
        sid: &ExpressSid,
        now: Moment,
    ) -> Result<Option<ExpressRecord>, StoreError> {
        self.find(customs, sid, now, self.0.deadline()).await
    }

    pub(super) async fn create(
        &self,
        customs: &Customs,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        now: Moment,
    ) -> Result<Option<ExpressVersion>, StoreError> {
        let value = customs.form.value(session.text, None)?;
        let mut document = doc! { "_id": sid.as_str(), "expires": date(session.expires_at) };
        if !customs.touch_after.is_zero() {
            document.insert("lastModified", date(now));
        }
        document.insert("session", value.clone());
        if customs.keeps_timestamps {
            document.insert("createdAt", date(now));
            document.insert("updatedAt", date(now));
        }
        let document = RawDocumentBuf::try_from(&document).map_err(corrupt)?;
        match self.0.deadline().of(self.0.collection.insert_one(document)).await {
            Ok(_) => Ok(Some(version(&value)?)),
            Err(failure) if failure.is_duplicate() => Ok(None),
            Err(failure) => Err(failure.of(Intent::Write)),
        }
    }

    pub(super) async fn replace(
        &self,
        customs: &Customs,
        sid: &ExpressSid,
        (session, expected): (&ExpressSession<'_>, &ExpressVersion),
        now: Moment,
    ) -> Result<ExpressReplaced, StoreError> {
        let deadline = self.0.deadline();
        let expected = customs.form.of_version(expected)?;
        let value = customs.form.value(session.text, Some(&expected))?;
        let mut filter = customs.without_end.living(sid, now);
        filter.insert("session", doc! { "$eq": expected.clone() });
        let change = customs.change(session.expires_at, now, &value);
        for _ in 0..ATTEMPTS {
            let updated = self.0.collection.update_one(filter.clone(), change.clone());
            let updated = deadline
                .of(updated)
                .await
                .map_err(|failure| failure.of(Intent::Write))?;
            if updated.matched_count > 0 {
                return Ok(ExpressReplaced::Replaced(version(&value)?));
            }
            match self.find(customs, sid, now, deadline).await? {
                None => return Ok(ExpressReplaced::Gone),
                Some(found) if found.version == version(&expected)? => {}
                Some(found) => return Ok(ExpressReplaced::Changed(found)),
            }
        }
        Err(unsettled())
    }

    pub(super) async fn touch(
        &self,
        customs: &Customs,
        sid: &ExpressSid,
        expires_at: Moment,
        now: Moment,
    ) -> Result<bool, StoreError> {
        let mut filter = customs.without_end.living(sid, now);
        let mut change = doc! { "$max": { "expires": date(expires_at) } };
        if !customs.touch_after.is_zero() {
            let latest = date(now - customs.touch_after);
            filter.insert("lastModified", doc! { "$not": { "$gt": latest } });
            change.insert("$set", doc! { "lastModified": date(now) });
        }
        if customs.keeps_timestamps {
            change.insert("$currentDate", doc! { "updatedAt": true });
        }
        let deadline = self.0.deadline();
        let touched = deadline.of(self.0.collection.update_one(filter, change)).await;
        let touched = touched.map_err(|failure| failure.of(Intent::Write))?;
        if touched.matched_count > 0 || customs.touch_after.is_zero() {
            return Ok(touched.matched_count > 0);
        }
        // Nothing matches where it is too early, too.
        Ok(self.find(customs, sid, now, deadline).await?.is_some())
    }

    pub(super) async fn delete(
        &self,
        customs: &Customs,
        sid: &ExpressSid,
        expected: Option<&ExpressVersion>,
    ) -> Result<ExpressRemoved, StoreError> {
        let deadline = self.0.deadline();
        let mut filter = doc! { "_id": sid.as_str() };
        if let Some(expected) = expected {
            filter.insert("session", doc! { "$eq": customs.form.of_version(expected)? });
        }
        let deleted = deadline.of(self.0.collection.delete_one(filter)).await;
        let deleted = deleted.map_err(|failure| failure.of(Intent::Write))?;
        if deleted.deleted_count > 0 {
            return Ok(ExpressRemoved::Removed);
        }
        if expected.is_none() {
            return Ok(ExpressRemoved::Absent);
        }
        Ok(match self.document(sid, deadline).await? {
            Some(_) => ExpressRemoved::Changed,
            None => ExpressRemoved::Absent,
        })
    }

    async fn find(
        &self,
        customs: &Customs,
        sid: &ExpressSid,
        now: Moment,
        deadline: Deadline<'_>,
    ) -> Result<Option<ExpressRecord>, StoreError> {
        let Some(document) = self.document(sid, deadline).await? else {
            return Ok(None);
        };
        let document = Document::try_from(document).map_err(corrupt)?;
        let Some(expires_at) = customs.without_end.end(document.get("expires"), now)? else {
            return Ok(None);
        };
        if expires_at.has_passed(now) {
            return Ok(None);
        }
        let Some(value) = document.get("session") else {
            return customs.form.absence();
        };
        Ok(Some(ExpressRecord {
            text: customs.form.text(value)?.into_bytes().into(),
            version: version(value)?,
            expires_at,
        }))
    }

    /// The driver repeats it once where a connection failed, and this does where that was not enough.
    async fn document(&self, sid: &ExpressSid, deadline: Deadline<'_>) -> Result<Option<RawDocumentBuf>, StoreError> {
        let mut attempts = 1;
        loop {
            let found = self.0.collection.find_one(doc! { "_id": sid.as_str() });
            match deadline.of(found).await {
                Err(failure) if attempts < ATTEMPTS && failure.is_interruption() => attempts += 1,
                found => return found.map_err(|failure| failure.of(Intent::Read)),
            }
        }
    }
}

impl Customs {
    /// What a write does to a document, the rest of which stays.
    fn change(&self, expires_at: Moment, now: Moment, value: &Bson) -> Document {
        let mut fields = doc! { "expires": date(expires_at), "session": value.clone() };
        if !self.touch_after.is_zero() {
            fields.insert("lastModified", date(now));
        }
        let mut change = doc! { "$set": fields };
        if self.keeps_timestamps {
            change.insert("$currentDate", doc! { "updatedAt": true });
        }
        change
    }
}

impl WithoutEnd {
    /// The document of a session that has not ended.
    fn living(self, sid: &ExpressSid, now: Moment) -> Document {
        let ends_later = doc! { "expires": { "$gt": date(now) } };
        let has_no_end = match self {
            // So does a field that is not there.
            Self::Lives => doc! { "expires": Bson::Null },
            Self::LivesIfAbsent => doc! { "expires": { "$exists": false } },
        };
        doc! { "_id": sid.as_str(), "$or": [ends_later, has_no_end] }
    }

    /// When a session ends; `None`: the package does not find it.
    fn end(self, expires: Option<&Bson>, now: Moment) -> Result<Option<Moment>, StoreError> {
        match (self, expires) {
            (_, Some(Bson::DateTime(end))) => {
                let millis = u64::try_from(end.timestamp_millis()).unwrap_or_default();
                Ok(Some(Moment::from_millis(millis)))
            }
            (Self::Lives, None | Some(Bson::Null)) => Ok(Some(Moment::MAX)),
            (Self::Lives, Some(_)) => Err(corrupt(Unreadable::End)),
            (Self::LivesIfAbsent, None) => Ok(Some(now + UNTIL_IT_IS_READ)),
            (Self::LivesIfAbsent, Some(_)) => Ok(None),
        }
    }
}

impl Form {
    /// The field `session` for this text, as near to what was `expected` there as can be.
    fn value(self, text: &str, expected: Option<&Bson>) -> Result<Bson, StoreError> {
        match self {
            Self::Text => Ok(Bson::String(text.to_owned())),
            Self::Document => conversion::to_document(text, expected).map_err(corrupt),
        }
    }

    /// What Express would see.
    fn text(self, value: &Bson) -> Result<String, StoreError> {
        match (self, value) {
            (Self::Text, Bson::String(text)) => Ok(text.clone()),
            (Self::Document, Bson::Document(_)) => Ok(conversion::to_json(value).to_string()),
            (Self::Document, Bson::Null) => Ok("null".to_owned()),
            (Self::Text, _) => Err(corrupt(Unreadable::NoText)),
            (Self::Document, _) => Err(corrupt(Unreadable::NoDocument)),
        }
    }

    /// What a document without the field is to the package.
    fn absence(self) -> Result<Option<ExpressRecord>, StoreError> {
        match self {
            Self::Text => Err(corrupt(Unreadable::NoText)),
            Self::Document => Ok(None),
        }
    }

    fn of_version(self, version: &ExpressVersion) -> Result<Bson, StoreError> {
        let document = Document::from_reader(version.as_bytes()).map_err(corrupt)?;
        document
            .get("session")
            .cloned()
            .ok_or_else(|| corrupt(Unreadable::NoDocument))
    }
}

/// The field as it is stored, whatever its type.
fn version(value: &Bson) -> Result<ExpressVersion, StoreError> {
    let document = RawDocumentBuf::try_from(&doc! { "session": value.clone() }).map_err(corrupt)?;
    Ok(ExpressVersion::new(document.as_bytes()))
}

fn corrupt(cause: impl Into<session_core::Cause>) -> StoreError {
    StoreError::Corrupt(cause.into())
}
