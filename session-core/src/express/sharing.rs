//! Store operations as reads and writes of what express-session keeps.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::cookie_member::{self, CookieMember};
use super::foreign::Foreign;
use super::members::{self, Members};
use super::owner_member::OwnerMember;
use super::settings::ExpressSettings;
use super::sid::ExpressSid;
use super::store::{ExpressRecord, ExpressRemoved, ExpressReplaced, ExpressSession, ExpressStore, ExpressVersion};
use crate::backend::Caller;
use crate::clock::Moment;
use crate::cookie::CookieSettings;
use crate::error::{Cause, ConfigError, CorruptRecord, StoreError};
use crate::expiry::{CookieLifetime, Limits};
use crate::id::SessionId;
use crate::operation::{Operation, Reply};
use crate::payload::{Draft, Snapshot};
use crate::record::{Owner, Record, Revision};

/// A store that an Express app shares, and how its sessions look.
#[derive(Debug)]
pub(crate) struct Sharing {
    store: Arc<dyn ExpressStore>,
    owner: OwnerMember,
    cookie: CookieSettings,
}

impl Sharing {
    pub(crate) fn new(
        store: Arc<dyn ExpressStore>,
        settings: &ExpressSettings,
        cookie: CookieSettings,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            owner: settings.owner()?,
            store,
            cookie,
        })
    }

    pub(crate) async fn perform(
        &self,
        operation: &Operation,
        caller: &Caller,
        new_id: Option<&SessionId>,
        now: Moment,
    ) -> Result<Reply, StoreError> {
        let new = || {
            new_id
                .and_then(|id| ExpressSid::of_bytes(id.as_bytes()))
                .ok_or_else(no_id)
        };
        let old = || caller.sid.as_ref().ok_or_else(no_id);
        match operation {
            Operation::Load { .. } => self.load(old()?, now).await,
            Operation::Create { record, .. } => self.create(&new()?, record, caller.is_secure, now).await,
            Operation::Update { record, .. } => self.update(old()?, record, now).await,
            Operation::Rotate { record, .. } => self.rotate(old()?, &new()?, record, caller.is_secure, now).await,
            Operation::Touch { touch, .. } => {
                let is_there = self.store.touch(old()?, touch.expires_at, now).await?;
                Ok(if is_there { Reply::Done } else { Reply::Absent })
            }
            Operation::Delete { .. } => Ok(match self.store.delete(old()?, None).await? {
                ExpressRemoved::Removed => Reply::Done,
                ExpressRemoved::Changed | ExpressRemoved::Absent => Reply::Absent,
            }),
        }
    }

    async fn load(&self, sid: &ExpressSid, now: Moment) -> Result<Reply, StoreError> {
        match self.store.load(sid, now).await? {
            Some(stored) => self.found(&stored, now),
            None => Ok(Reply::Absent),
        }
    }

    async fn create(
        &self,
        sid: &ExpressSid,
        record: &Record,
        is_secure: bool,
        now: Moment,
    ) -> Result<Reply, StoreError> {
        let text = self.text_of(record, Some(is_secure), now)?;
        let session = session(&text, record);
        match self.store.create(sid, &session, now).await? {
            Some(version) => self.stored(text, version, record.expires_at, now),
            None => Ok(Reply::Taken),
        }
    }

    async fn update(&self, sid: &ExpressSid, record: &Record, now: Moment) -> Result<Reply, StoreError> {
        let text = self.text_of(record, None, now)?;
        let expected = Foreign::of(&snapshot(record)?).version;
        match self.store.replace(sid, &session(&text, record), &expected, now).await? {
            ExpressReplaced::Replaced(version) => self.stored(text, version, record.expires_at, now),
            ExpressReplaced::Changed(current) => self.found(&current, now),
            ExpressReplaced::Gone => Ok(Reply::Absent),
        }
    }

    /// The new one is there before the old one goes. Where somebody has written to the old one in between, or ended it, the
    /// new one goes again: nobody knows its id.
    async fn rotate(
        &self,
        old: &ExpressSid,
        new: &ExpressSid,
        record: &Record,
        is_secure: bool,
        now: Moment,
    ) -> Result<Reply, StoreError> {
        let text = self.text_of(record, Some(is_secure), now)?;
        let session = session(&text, record);
        let expected = Foreign::of(&snapshot(record)?).version;
        // An id is drawn once, so whatever is there is what an unanswered attempt left.
        let created = self.store.create(new, &session, now).await?;
        match self.store.delete(old, Some(&expected)).await? {
            ExpressRemoved::Removed => {}
            ExpressRemoved::Absent if created.is_none() => {}
            ExpressRemoved::Absent => {
                self.take_back(new).await?;
                return Ok(Reply::Absent);
            }
            ExpressRemoved::Changed => {
                self.take_back(new).await?;
                return self.load(old, now).await;
            }
        }
        match created {
            Some(version) => self.stored(text, version, record.expires_at, now),
            None => match self.store.load(new, now).await? {
                Some(stored) => Ok(Reply::DoneAs(
                    self.read(&stored, now)?.unwrap_or_else(|| record.clone()),
                )),
                None => Ok(Reply::Absent),
            },
        }
    }

    async fn take_back(&self, new: &ExpressSid) -> Result<(), StoreError> {
        match self.store.delete(new, None).await? {
            ExpressRemoved::Removed | ExpressRemoved::Changed | ExpressRemoved::Absent => Ok(()),
        }
    }

    fn found(&self, stored: &ExpressRecord, now: Moment) -> Result<Reply, StoreError> {
        Ok(self.read(stored, now)?.map_or(Reply::Absent, Reply::Current))
    }

    fn stored(
        &self,
        text: String,
        version: ExpressVersion,
        expires_at: Moment,
        now: Moment,
    ) -> Result<Reply, StoreError> {
        let stored = ExpressRecord {
            text: text.into_bytes().into(),
            version,
            expires_at,
        };
        Ok(self.read(&stored, now)?.map_or(Reply::Done, Reply::DoneAs))
    }

    /// The record that core works with: its values are those members of the session which are not the cookie, as they stand
    /// there. `None`: Express takes it for no session.
    fn read(&self, stored: &ExpressRecord, now: Moment) -> Result<Option<Record>, StoreError> {
        let Some(mut members) = Members::read(&stored.text).map_err(corrupt)? else {
            return Ok(None);
        };
        let text = members.take_cookie();
        let cookie = CookieMember::read(text.as_deref()).map_err(StoreError::Corrupt)?;
        let values = members.into_values();
        let habits = self.store.habits();
        let idle = cookie.max_age.unwrap_or(habits.lifetime);
        let lifetime = match cookie.max_age {
            Some(_) => CookieLifetime::ToTheAbsoluteEnd,
            None => CookieLifetime::UntilTheBrowserCloses,
        };
        let seen = if habits.slides { stored.expires_at - idle } else { now };
        let owner = self.owner.read(&values);
        let foreign = Foreign {
            cookie: text.as_deref().unwrap_or_default(),
            owner: owner.as_ref().map_or("", Owner::as_str).as_bytes(),
            version: stored.version.clone(),
        };
        let revision = revision(&stored.version);
        let draft = Draft {
            revision,
            created_at: seen,
            last_seen_at: seen,
            owner: owner.clone(),
            signed_in_at: None,
            lineage: revision,
            forwards_until: None,
            limits: Limits {
                idle: Some(idle),
                absolute_end: Moment::MAX,
                cookie: lifetime,
            },
            foreign: &foreign.to_bytes(),
            values,
            replaces: None,
        };
        let snapshot = draft
            .write(usize::MAX)
            .map_err(|error| StoreError::Corrupt(error.into()))?;
        let mut record = snapshot.record().clone();
        record.expires_at = stored.expires_at;
        Ok(Some(record))
    }

    /// The session that express-session will read. Under a new id its cookie is Secure as the request is that gave it the id.
    fn text_of(&self, record: &Record, is_secure: Option<bool>, now: Moment) -> Result<String, StoreError> {
        let snapshot = snapshot(record)?;
        let foreign = Foreign::of(&snapshot);
        let of_settings;
        let cookie = if foreign.cookie.is_empty() {
            of_settings = cookie_member::of_settings(&self.cookie, is_secure.unwrap_or_default());
            of_settings.as_bytes()
        } else {
            foreign.cookie
        };
        let mut cookie = CookieMember::read(Some(cookie)).map_err(StoreError::Corrupt)?;
        if let (true, Some(is_secure)) = (self.cookie.secure.depends_on_the_request(), is_secure) {
            cookie.set_secure(is_secure);
        }
        let max_age = cookie_member::max_age_of(&snapshot.head().limits, now);
        let mut values = snapshot.values().edit().map_err(corrupt)?;
        // Where nobody signed in or out, what a handler has done to the member counts, as with Express.
        let owner = record.owner.as_ref();
        if owner.map_or("", Owner::as_str).as_bytes() != foreign.owner {
            self.owner.write(&mut values, owner);
        }
        let text = members::write(&cookie.write(max_age, record.expires_at), &values);
        String::from_utf8(text).map_err(corrupt)
    }
}

fn session<'a>(text: &'a str, record: &Record) -> ExpressSession<'a> {
    ExpressSession {
        text,
        expires_at: record.expires_at,
    }
}

fn snapshot(record: &Record) -> Result<Snapshot, StoreError> {
    Snapshot::read(record.clone()).map_err(corrupt)
}

fn corrupt(cause: impl Into<Cause>) -> StoreError {
    StoreError::Corrupt(cause.into())
}

/// Cannot happen: whatever has a key has an id.
fn no_id() -> StoreError {
    corrupt(CorruptRecord::Damaged(0))
}

/// The same for the same version.
fn revision(version: &ExpressVersion) -> Revision {
    let digest = Sha256::digest(version.as_bytes());
    let [a, b, c, d, e, f, g, h, ..]: [u8; 32] = digest.into();
    Revision::from_u64(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}
