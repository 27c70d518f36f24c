//! A write whose reply does not come.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use session_core::{
    Error, ExpressHabits, ExpressRecord, ExpressRemoved, ExpressReplaced, ExpressSession, ExpressSid, ExpressStore,
    ExpressVersion, Moment, StoreError,
};

use super::stage::{Visitor, add_one, manager};
use super::subject::Subject;
use crate::verdict::{kept, promise, promise_that};

/// It is not known what became of it, and says so.
pub async fn a_write_whose_reply_was_lost_is_neither_lost_nor_twice(subject: &impl Subject) {
    let loses = Arc::new(AtomicBool::new(false));
    let store = Forgetful {
        inner: subject.store(),
        loses: Arc::clone(&loses),
    };
    let mut visitor = Visitor::of(manager(store)).await;
    let session = visitor.open();
    add_one(&session, "first").await;
    loses.store(true, Ordering::Relaxed);
    let result = visitor.close(session).await.result;
    promise_that(
        "the outcome is unknown",
        matches!(result, Err(Error::OutcomeUnknown(_))),
        &result,
    );
    promise(
        "it happened once",
        kept("it is read", visitor.reads("first").await),
        Some(2),
    );
}

/// Loses the reply to one replacement when it is told to.
#[derive(Clone, Debug)]
struct Forgetful<S> {
    inner: S,
    loses: Arc<AtomicBool>,
}

#[async_trait]
impl<S: ExpressStore + Clone> ExpressStore for Forgetful<S> {
    fn habits(&self) -> ExpressHabits {
        self.inner.habits()
    }

    async fn load(&self, sid: &ExpressSid, now: Moment) -> Result<Option<ExpressRecord>, StoreError> {
        self.inner.load(sid, now).await
    }

    async fn create(
        &self,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        now: Moment,
    ) -> Result<Option<ExpressVersion>, StoreError> {
        self.inner.create(sid, session, now).await
    }

    async fn replace(
        &self,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Result<ExpressReplaced, StoreError> {
        let answer = self.inner.replace(sid, session, expected, now).await;
        if self.loses.swap(false, Ordering::Relaxed) {
            return Err(StoreError::ReplyLost(
                "planned loss of the reply to a replacement".into(),
            ));
        }
        answer
    }

    async fn touch(&self, sid: &ExpressSid, expires_at: Moment, now: Moment) -> Result<bool, StoreError> {
        self.inner.touch(sid, expires_at, now).await
    }

    async fn delete(&self, sid: &ExpressSid, expected: Option<&ExpressVersion>) -> Result<ExpressRemoved, StoreError> {
        self.inner.delete(sid, expected).await
    }
}
