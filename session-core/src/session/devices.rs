//! An owner's sessions: who is signed in where, and signing out elsewhere and everywhere.

use super::{Session, State};
use crate::clock::Moment;
use crate::commit::{Intent, Known};
use crate::error::Error;
use crate::id::{Handle, StoreKey};
use crate::manager::SessionManager;
use crate::record::Owner;
use crate::store::Deleted;

/// One of an owner's sessions, for a list of devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionSummary {
    /// Its public name, to revoke it by.
    pub handle: Handle,
    /// It is the one that asks.
    pub is_current: bool,
    /// When somebody signed in to it.
    pub created_at: Moment,
    /// Its last activity, up to a tenth of the idle limit ago.
    pub last_seen_at: Moment,
    /// When it ends unless it is used.
    pub expires_at: Moment,
}

impl Session {
    /// All sessions of the user who is signed in here, the one seen last first; none where nobody is.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn sessions(&self) -> Result<Vec<SessionSummary>, Error> {
        let Some(owner) = self.owner().await? else {
            return Ok(Vec::new());
        };
        let current = self.stored_key().await?;
        SessionManager::of(&self.inner.shared).list(&owner, current).await
    }

    /// Ends one of the sessions of the user who is signed in here, and answers whether there was such a one. Ending this
    /// session itself is [`destroy`](Session::destroy).
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn revoke(&self, handle: Handle) -> Result<bool, Error> {
        let Some(owner) = self.owner().await? else {
            return Ok(false);
        };
        if self.stored_key().await?.is_some_and(|key| key.handle() == handle) {
            self.destroy();
            return Ok(true);
        }
        SessionManager::of(&self.inner.shared).revoke(&owner, handle).await
    }

    /// Ends all other sessions of the user who is signed in here, sign-ins that are under way included, and answers how
    /// many. For after a change of password (ASVS 5.0, 7.4.3).
    ///
    /// # Errors
    ///
    /// When the store fails. Some sessions may have ended by then; asking again ends the rest.
    pub async fn revoke_others(&self) -> Result<u64, Error> {
        let Some(owner) = self.owner().await? else { return Ok(0) };
        let current = self.stored_key().await?;
        self.revoke_but(&owner, current).await
    }

    /// Ends all sessions of the user who is signed in here, this one too, at once. A sign-in that this request records
    /// afterwards counts.
    ///
    /// # Errors
    ///
    /// As for [`revoke_others`](Self::revoke_others).
    pub async fn revoke_all(&self) -> Result<u64, Error> {
        let Some(owner) = self.owner().await? else { return Ok(0) };
        let ended = self.revoke_but(&owner, None).await?;
        let mut state = self.lock();
        (state.key, state.known, state.intent) = (None, Known::Absent, Intent::default());
        if !state.is_head_sent {
            state.told = Some(self.inner.shared.transport.remove(self.inner.is_secure));
        }
        Ok(ended)
    }

    async fn revoke_but(&self, owner: &Owner, except: Option<StoreKey>) -> Result<u64, Error> {
        let shared = &self.inner.shared;
        let now = shared.clock.now();
        let ended = shared.revoke_all(owner, except, now).await?;
        self.lock().revoked_at = Some(now);
        Ok(ended)
    }

    async fn stored_key(&self) -> Result<Option<StoreKey>, Error> {
        self.look(State::stored_key).await
    }
}

impl SessionManager {
    /// All sessions of `owner`, the one seen last first: for administrators.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn sessions_of(&self, owner: &Owner) -> Result<Vec<SessionSummary>, Error> {
        self.list(owner, None).await
    }

    /// Ends one of the sessions of `owner`, and answers whether there was such a one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn revoke(&self, owner: &Owner, handle: Handle) -> Result<bool, Error> {
        let shared = self.shared();
        let now = shared.clock.now();
        let listed = shared.list(owner, now).await?;
        let Some(found) = listed.iter().find(|listed| listed.key.handle() == handle) else {
            return Ok(false);
        };
        Ok(shared.end(found.key, now).await? == Deleted::Deleted)
    }

    /// Ends all sessions of `owner`, sign-ins that are under way included, and answers how many: for a disabled account
    /// (ASVS 5.0, 7.4.2) or a stolen password.
    ///
    /// # Errors
    ///
    /// When the store fails. Some sessions may have ended by then; asking again ends the rest.
    pub async fn revoke_all(&self, owner: &Owner) -> Result<u64, Error> {
        let shared = self.shared();
        shared.revoke_all(owner, None, shared.clock.now()).await
    }

    async fn list(&self, owner: &Owner, current: Option<StoreKey>) -> Result<Vec<SessionSummary>, Error> {
        let shared = self.shared();
        let mut listed = shared.list(owner, shared.clock.now()).await?;
        listed.sort_unstable_by_key(|listed| std::cmp::Reverse((listed.last_seen_at, listed.key)));
        let summary = |listed: crate::store::Listed| SessionSummary {
            handle: listed.key.handle(),
            is_current: current == Some(listed.key),
            created_at: listed.created_at,
            last_seen_at: listed.last_seen_at,
            expires_at: listed.expires_at,
        };
        Ok(listed.into_iter().map(summary).collect())
    }
}
