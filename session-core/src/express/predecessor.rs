//! Sessions that were an Express app's until now, and are taken over: each once, when its visitor comes by.
//!
//! What a visitor's session becomes has an id that follows from the old one and the secret that signed it. So requests that
//! overlap, on any number of nodes, make one session of it.

use std::sync::Arc;

use super::cookie_member::CookieMember;
use super::members::Members;
use super::owner_member::OwnerMember;
use super::scheme::Signed;
use super::settings::ExpressSettings;
use super::sid::ExpressSid;
use super::store::{ExpressRemoved, ExpressStore};
use super::well_formed::well_formed;
use crate::clock::Moment;
use crate::codec::Format;
use crate::cookie_header::Candidates;
use crate::error::{ConfigError, Error, StoreError};
use crate::expiry::Limits;
use crate::id::SessionId;
use crate::payload::Draft;
use crate::record::{Record, Revision};
use crate::signing::SigningKeys;
use crate::store::{Created, Loaded, Store};

/// The Express app that had the sessions before.
#[derive(Debug)]
pub(crate) struct Predecessor {
    store: Arc<dyn ExpressStore>,
    keys: SigningKeys,
    cookie_name: String,
    owner: OwnerMember,
}

/// An id of its, and the one that its session has from now on.
#[derive(Clone, Debug)]
pub(crate) struct Inheritance {
    sid: ExpressSid,
    pub(crate) heir: SessionId,
}

/// What a session is that is taken over now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beginning {
    pub(crate) revision: Revision,
    pub(crate) limits: Limits,
    pub(crate) now: Moment,
}

impl Predecessor {
    pub(crate) fn new(store: Arc<dyn ExpressStore>, settings: &ExpressSettings) -> Result<Self, ConfigError> {
        Ok(Self {
            keys: settings.secrets.keys.clone(),
            cookie_name: settings.cookie_name.clone(),
            owner: settings.owner()?,
            store,
        })
    }

    pub(crate) fn candidates<'a>(&self, values: impl IntoIterator<Item = &'a [u8]>) -> Candidates {
        Candidates::of_cookies(values, &self.cookie_name)
    }

    pub(crate) fn verify(&self, candidates: &Candidates) -> Option<Inheritance> {
        let Signed { sid, tag } = Signed::read(candidates)?;
        Some(Inheritance {
            heir: SessionId::derived(self.keys.heir_of(&sid, &tag)?),
            sid: ExpressSid::of_bytes(&sid)?,
        })
    }

    /// Moves the session into `store`, unless that has been done, and answers whether it was done now. It is there before it
    /// is gone here; and here it is gone before anybody reads it there, so that it does not come back when it has ended.
    pub(crate) async fn hand_over(
        &self,
        inheritance: &Inheritance,
        store: &dyn Store,
        beginning: Beginning,
    ) -> Result<bool, Error> {
        let (key, now) = (inheritance.heir.store_key(), beginning.now);
        let is_moved = match store.load(&key, now).await? {
            Loaded::Found(_) | Loaded::Moved(_) => false,
            Loaded::Absent => {
                let Some(stored) = self.store.load(&inheritance.sid, now).await? else {
                    return Ok(false);
                };
                let Some(record) = self.record_of(&stored.text, beginning)? else {
                    return Ok(false);
                };
                store.create(&key, &record, None, now).await? == Created::Created
            }
        };
        match self.store.delete(&inheritance.sid, None).await? {
            ExpressRemoved::Removed | ExpressRemoved::Changed | ExpressRemoved::Absent => Ok(is_moved),
        }
    }

    /// `None`: Express takes it for no session.
    fn record_of(&self, text: &[u8], beginning: Beginning) -> Result<Option<Record>, Error> {
        let Some(mut members) = Members::read(text).map_err(corrupt)? else {
            return Ok(None);
        };
        CookieMember::read(members.take_cookie().as_deref()).map_err(StoreError::Corrupt)?;
        let members = members.into_values();
        let owner = self.owner.read(&members);
        let mut values = Vec::with_capacity(members.len());
        for (name, value) in members {
            let value: serde_json::Value = serde_json::from_str(&well_formed(&value)).map_err(corrupt)?;
            let encoded = Format::MessagePack.encode(&name, &value)?;
            values.push((name, encoded.into()));
        }
        let draft = Draft {
            revision: beginning.revision,
            created_at: beginning.now,
            last_seen_at: beginning.now,
            signed_in_at: owner.as_ref().map(|_| beginning.now),
            owner,
            lineage: beginning.revision,
            forwards_until: None,
            limits: beginning.limits,
            foreign: &[],
            values,
            replaces: None,
        };
        // What was there before may be larger than what is taken from now on.
        Ok(Some(draft.write(usize::MAX)?.record().clone()))
    }
}

fn corrupt(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt(error.into())
}
