//! Requests that overlap: with each other, and with those of Express.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use session_core::{
    Error, ExpressHabits, ExpressRecord, ExpressRemoved, ExpressReplaced, ExpressSession, ExpressSid, ExpressStore,
    ExpressVersion, Moment, Owner, StoreError,
};

use super::stage::{COOKIE, Visitor, add_one, manager, set};
use super::subject::Subject;
use crate::verdict::{joined, kept, promise, promise_that};

const AT_ONCE: i64 = 64;

/// As with sessions of our own.
pub async fn different_values_of_overlapping_requests_both_survive(subject: &impl Subject) {
    let mut visitor = Visitor::new(subject).await;
    let (one, two) = (visitor.open(), visitor.open());
    for session in [&one, &two] {
        add_one(session, "first").await;
    }
    set(&one, "a", 1);
    set(&two, "b", 2);
    kept("one is stored", visitor.close(one).await.result);
    kept("and the other", visitor.close(two).await.result);
    for (name, expected) in [("first", 3), ("a", 1), ("b", 2)] {
        promise(
            "nothing is lost",
            kept("it is read", visitor.reads(name).await),
            Some(expected),
        );
    }
}

/// On two nodes. Two that write just the same text are two.
pub async fn a_count_of_many_is_exact(subject: &impl Subject) {
    let visitor = Visitor::new(subject).await;
    let mut other = visitor.clone();
    other.manager = manager(subject.store());
    let requests: Vec<_> = (0..AT_ONCE)
        .map(|number| {
            let mut tab = if number % 2 == 0 {
                visitor.clone()
            } else {
                other.clone()
            };
            tokio::spawn(async move {
                let session = tab.open();
                add_one(&session, "first").await;
                kept("each is stored", tab.close(session).await.result);
            })
        })
        .collect();
    for request in requests {
        joined(request).await;
    }
    promise(
        "all count",
        kept("it is read", visitor.reads("first").await),
        Some(1 + AT_ONCE),
    );
}

/// Between our read and our write.
pub async fn a_write_of_express_in_between_is_not_overwritten(subject: &impl Subject) {
    let mut visitor = Visitor::new(subject).await;
    let session = visitor.open();
    add_one(&session, "first").await;
    set(&session, "ours", 1);
    subject
        .write(visitor.sid(), &format!(r#"{{{COOKIE},"first":10,"theirs":2}}"#))
        .await;
    kept("ours is stored", visitor.close(session).await.result);
    for (name, expected) in [("first", 11), ("ours", 1), ("theirs", 2)] {
        promise(
            "on what they wrote",
            kept("it is read", visitor.reads(name).await),
            Some(expected),
        );
    }
}

/// A late write brings nothing back.
pub async fn an_end_by_express_in_between_is_one(subject: &impl Subject) {
    let visitor = Visitor::new(subject).await;
    let session = visitor.open();
    add_one(&session, "first").await;
    subject.remove(visitor.sid()).await;
    let saved = session.save().await;
    promise_that("whoever saves is told", matches!(saved, Err(Error::Gone)), &saved);
    promise("nothing comes back", subject.read(visitor.sid()).await, None);
}

/// The new id's session is made of what they wrote.
pub async fn a_write_of_express_during_a_sign_in_is_taken_along(subject: &impl Subject) {
    let mut visitor = Visitor::new(subject).await;
    let session = visitor.open();
    add_one(&session, "first").await;
    session.sign_in(kept("a name is an owner", Owner::new("ann@example.com")));
    let old = visitor.sid().to_owned();
    subject
        .write(&old, &format!(r#"{{{COOKIE},"first":10,"theirs":2}}"#))
        .await;
    kept("the sign-in is stored", visitor.close(session).await.result);
    for (name, expected) in [("first", 11), ("theirs", 2)] {
        promise(
            "with what they wrote",
            kept("it is read", visitor.reads(name).await),
            Some(expected),
        );
    }
    promise("and nothing under the old id", subject.read(&old).await, None);
    promise("nor under an id that nobody has", subject.count().await, 1);
}

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
