//! Store operations on an owner's sessions, within the time limit.

use crate::clock::Moment;
use crate::deadline::Deadline;
use crate::error::{Error, StoreError};
use crate::event::Event;
use crate::id::StoreKey;
use crate::manager::Shared;
use crate::record::Owner;
use crate::store::{Deleted, Listed};

impl Shared {
    pub(crate) async fn list(&self, owner: &Owner, now: Moment) -> Result<Vec<Listed>, Error> {
        self.within_the_limit(self.backend.store()?.sessions_of(owner, now))
            .await
    }

    pub(crate) async fn end(&self, key: StoreKey, now: Moment) -> Result<Deleted, Error> {
        let deleted = self.within_the_limit(self.backend.store()?.delete(&key, now)).await?;
        if deleted == Deleted::Deleted {
            self.notify(|| Event::Destroyed { session: key.handle() });
        }
        Ok(deleted)
    }

    pub(crate) async fn revoke_all(&self, owner: &Owner, except: Option<StoreKey>, now: Moment) -> Result<u64, Error> {
        let sessions = self
            .within_the_limit(self.backend.store()?.delete_sessions_of(owner, except.as_ref(), now))
            .await?;
        self.notify(|| Event::Revoked { owner, sessions });
        Ok(sessions)
    }

    /// All of these can be asked again, so what is unknown is an error and no more.
    async fn within_the_limit<T>(&self, operation: impl Future<Output = Result<T, StoreError>>) -> Result<T, Error> {
        let mut deadline = Deadline::new(self.operation_timeout);
        let result = match deadline.bound(operation).await {
            Some(Ok(answer)) => return Ok(answer),
            Some(Err(error)) => Error::Store(error),
            None => Error::TimedOut(deadline.limit()),
        };
        self.notify_failure(None, &result);
        Err(result)
    }
}
