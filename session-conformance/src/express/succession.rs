//! Sessions that are taken over from Express, for good.

use std::sync::Arc;

use session_core::{Error, Owner, SessionManager, SigningKeys, Store, StoreError};

use super::stage::{COOKIE, Visitor, add_one, set, settings};
use super::subject::Subject;
use crate::flaky_store::FlakyStore;
use crate::operation::Operation;
use crate::reference_store::ReferenceStore;
use crate::verdict::{joined, kept, promise, promise_that};

const AT_ONCE: i64 = 16;

/// Who takes over, on a store of ours.
fn heir(subject: &impl Subject, store: impl Store, keys: &SigningKeys) -> SessionManager {
    let builder = SessionManager::builder(store, keys.clone());
    let builder = builder.taking_over_from_express(subject.store(), settings());
    kept("the settings are possible", builder.build())
}

fn keys() -> SigningKeys {
    kept("there is randomness", SigningKeys::generate())
}

/// Somebody whom Express knows, and who comes to the heir.
async fn visitor(subject: &impl Subject, store: impl Store) -> Visitor {
    let text = format!(r#"{{{COOKIE},"first":1,"half":0.5,"user":{{"email":"ann@example.com","name":"Ann"}}}}"#);
    let mut visitor = Visitor::with(subject, &text).await;
    visitor.manager = heir(subject, store, &keys());
    visitor
}

/// With what is in it, who is signed in, and a cookie of ours; the old cookie is as good as long as it is sent.
pub async fn a_session_is_taken_over_when_its_visitor_comes(subject: &impl Subject) {
    let mut visitor = visitor(subject, ReferenceStore::new()).await;
    let (before, sid) = (visitor.clone(), visitor.sid().to_owned());
    let session = visitor.open();
    let half: Option<f64> = kept("a value is read", session.get("half").await);
    promise("as it was", half, Some(0.5));
    let who = kept("the owner is read", session.owner().await);
    promise(
        "and so is who is signed in",
        who.as_ref().map(Owner::as_str),
        Some("ann@example.com"),
    );
    let handle = kept("it has a name", session.handle().await);
    kept("it is committed", visitor.close(session).await.result);
    promise_that("the cookie is ours", visitor.cookie.starts_with("__Host-session="), ());
    promise("Express has it no more", subject.read(&sid).await, None);
    for again in [&visitor, &before] {
        let session = again.open();
        let first: Option<i64> = kept("it is read again", session.get("first").await);
        promise("by either cookie", first, Some(1));
        promise("and is the same", kept("it has a name", session.handle().await), handle);
    }
    let session = visitor.open();
    kept::<Option<i64>, _>("it is read", session.get("first").await);
    let committed = visitor.close(session).await;
    promise("the cookie is sent once", committed.headers.set_cookie(), None);
    let listed = kept("they can be listed", visitor.open().sessions().await);
    promise("and it is in its owner's list", listed.len(), 1);
}

/// Though nothing was read.
pub async fn a_blind_write_takes_the_session_over_too(subject: &impl Subject) {
    let mut visitor = visitor(subject, ReferenceStore::new()).await;
    let sid = visitor.sid().to_owned();
    visitor.does(|session| set(session, "second", 2)).await;
    promise("Express has it no more", subject.read(&sid).await, None);
    for (name, value) in [("first", 1), ("second", 2)] {
        promise(
            "all of it is there",
            kept("it is read", visitor.reads(name).await),
            Some(value),
        );
    }
}

/// On two nodes.
pub async fn requests_that_overlap_make_one_session_of_it(subject: &impl Subject) {
    let (store, keys) = (Arc::new(ReferenceStore::new()), keys());
    let mut one = visitor(subject, Arc::clone(&store)).await;
    one.manager = heir(subject, Arc::clone(&store), &keys);
    let mut two = one.clone();
    two.manager = heir(subject, Arc::clone(&store), &keys);
    let requests: Vec<_> = (0..AT_ONCE)
        .map(|number| {
            let mut tab = if number % 2 == 0 { one.clone() } else { two.clone() };
            tokio::spawn(async move {
                let session = tab.open();
                add_one(&session, "first").await;
                kept("each is stored", tab.close(session).await.result);
                tab
            })
        })
        .collect();
    for request in requests {
        let tab = joined(request).await;
        let left = AT_ONCE + 1;
        promise_that(
            "each has a cookie of ours",
            tab.cookie.starts_with("__Host-session="),
            (),
        );
        one = tab;
        promise_that(
            "of one session",
            kept("it is read", one.reads("first").await) <= Some(left),
            left,
        );
    }
    promise(
        "in which all of them count",
        kept("it is read", one.reads("first").await),
        Some(1 + AT_ONCE),
    );
}

/// Whatever is sent again.
pub async fn what_ends_after_it_was_taken_over_stays_ended(subject: &impl Subject) {
    for reads_first in [true, false] {
        let mut visitor = visitor(subject, ReferenceStore::new()).await;
        let (before, sid) = (visitor.clone(), visitor.sid().to_owned());
        if reads_first {
            kept("it is read", visitor.reads("first").await);
        }
        let session = visitor.open();
        session.destroy();
        kept("it is ended", visitor.close(session).await.result);
        promise("Express has it no more", subject.read(&sid).await, None);
        promise(
            "nor have we",
            kept("that is no error", before.reads("first").await),
            None,
        );
    }
}

/// As after a crash between the two steps.
pub async fn what_was_left_behind_is_removed_when_its_visitor_comes_again(subject: &impl Subject) {
    let mut visitor = visitor(subject, ReferenceStore::new()).await;
    let (mut before, sid) = (visitor.clone(), visitor.sid().to_owned());
    visitor.does(|session| set(session, "first", 2)).await;
    subject.write(&sid, &format!(r#"{{{COOKIE},"first":7}}"#)).await;
    promise(
        "ours is the one that counts",
        kept("it is read", before.reads("first").await),
        Some(2),
    );
    promise("what was left is removed", subject.read(&sid).await, None);
    before.does(session_core::Session::destroy).await;
    promise(
        "so an end is one",
        kept("that is no error", before.reads("first").await),
        None,
    );
}

/// It costs nothing.
pub async fn a_request_that_uses_no_session_takes_none_over(subject: &impl Subject) {
    let mut visitor = visitor(subject, ReferenceStore::new()).await;
    let session = visitor.open();
    let committed = visitor.close(session).await;
    promise_that(
        "the response has nothing of it",
        committed.headers.is_empty(),
        &committed,
    );
    let stored = subject.read(visitor.sid()).await;
    promise_that("Express has it still", stored.is_some(), stored);
}

/// It is left as it was, for somebody to look at.
pub async fn what_can_not_be_read_is_not_taken_over(subject: &impl Subject) {
    for text in [r#"{"first":1}"#, "7"] {
        let mut visitor = Visitor::with(subject, text).await;
        visitor.manager = heir(subject, ReferenceStore::new(), &keys());
        let read = visitor.reads("first").await;
        let is_corrupt = matches!(read, Err(Error::Store(StoreError::Corrupt(_))));
        promise_that("it is an error", is_corrupt, &read);
        let left = subject.read(visitor.sid()).await;
        promise("and it is left", left.as_deref(), Some(text));
    }
}

/// Though it may still be stored, until somebody sweeps it away.
pub async fn what_has_ended_is_not_taken_over(subject: &impl Subject) {
    let mut visitor = visitor(subject, ReferenceStore::new()).await;
    subject.end(visitor.sid()).await;
    let first = kept("that is no error", visitor.reads("first").await);
    promise("there is nothing", first, None);
    visitor.does(|session| set(session, "second", 2)).await;
    let first = kept("it is read", visitor.reads("first").await);
    promise("nor in the session that begins", first, None);
    let who = kept("the owner is read", visitor.open().owner().await);
    promise("and nobody is signed in", who, None);
}

/// The old session is there as long as the new one is not.
pub async fn an_outage_takes_nothing_over_and_signs_nobody_out(subject: &impl Subject) {
    let store = FlakyStore::new(ReferenceStore::new());
    let plan = store.plan();
    let visitor = visitor(subject, store).await;
    for fails in [Operation::Load, Operation::Create] {
        plan.when(move |operation| operation == fails);
        let read = visitor.reads("first").await;
        promise("it is an error", read.err().map(|error| error.status()), Some(503));
        let left = subject.read(visitor.sid()).await;
        promise_that("and the session is left", left.is_some(), left);
    }
    plan.nothing();
    promise(
        "until it can be read",
        kept("it is read", visitor.reads("first").await),
        Some(1),
    );
}

/// Nobody asks Express then.
pub async fn a_cookie_of_ours_comes_first(subject: &impl Subject) {
    let mut visitor = visitor(subject, ReferenceStore::new()).await;
    let (old, sid) = (visitor.cookie.clone(), visitor.sid().to_owned());
    visitor.cookie = String::new();
    visitor.does(|session| set(session, "first", 5)).await;
    visitor.cookie = format!("{old}; {}", visitor.cookie);
    promise("ours counts", kept("it is read", visitor.reads("first").await), Some(5));
    let left = subject.read(&sid).await;
    promise_that("and the other is left", left.is_some(), left);
}

/// A half of a pair that stands alone is the replacement character from then on.
pub async fn texts_that_are_no_unicode_are_taken_over_as_well_as_can_be(subject: &impl Subject) {
    if !subject.keeps_text() {
        return;
    }
    let mut visitor = Visitor::with(subject, &format!(r#"{{{COOKIE},"first":1,"half":"a\ud800b"}}"#)).await;
    visitor.manager = heir(subject, ReferenceStore::new(), &keys());
    let half: Option<String> = kept("it is read", visitor.open().get("half").await);
    promise("as well as can be", half.as_deref(), Some("a\u{fffd}b"));
}
