//! What is stored.

use session_core::{Error, Owner};

use super::stage::{Visitor, set};
use super::subject::Subject;
use crate::verdict::{kept, promise, promise_that};

fn owner(name: &str) -> Owner {
    kept("a name is an owner", Owner::new(name))
}

/// The second knows what the first has written.
pub async fn two_saves_in_one_request_are_both_there(subject: &impl Subject) {
    let mut visitor = Visitor::new(subject).await;
    let session = visitor.open();
    for (name, value) in [("a", 1), ("b", 2), ("c", 3)] {
        set(&session, name, value);
        kept("a save succeeds", session.save().await);
    }
    set(&session, "d", 4);
    kept("and so does the commit", visitor.close(session).await.result);
    for (name, value) in [("first", 1), ("a", 1), ("b", 2), ("c", 3), ("d", 4)] {
        promise(
            "all of it is there",
            kept("it is read", visitor.reads(name).await),
            Some(value),
        );
    }
}

/// The cookie is no value.
pub async fn an_emptied_session_stays_with_its_cookie(subject: &impl Subject) {
    let mut visitor = Visitor::new(subject).await;
    visitor.does(session_core::Session::clear).await;
    let stored = subject.read(visitor.sid()).await.unwrap_or_default();
    let is_empty = stored.starts_with(r#"{"cookie":{"originalMaxAge":3600000,"#) && stored.ends_with("}}");
    promise_that("nothing but the cookie is left", is_empty, &stored);
    let names = kept("it is read", visitor.open().keys().await);
    promise("which is no value", names, [""; 0]);
}

/// Where the app keeps who is signed in.
pub async fn a_sign_in_writes_the_owner_and_a_sign_out_removes_it(subject: &impl Subject) {
    let mut visitor = Visitor::new(subject).await;
    let before = visitor.sid().to_owned();
    visitor.does(|session| session.sign_in(owner("ann@example.com"))).await;
    promise_that("a sign-in has a new id", visitor.sid() != before, visitor.sid());
    promise("the old one is gone", subject.read(&before).await, None);
    let stored = subject.read(visitor.sid()).await.unwrap_or_default();
    let is_there = stored.ends_with(r#","first":1,"user":{"email":"ann@example.com"}}"#);
    promise_that("the app finds its user, and the values", is_there, &stored);
    let who = kept("the owner is read", visitor.open().owner().await);
    promise("who is the owner", who, Some(owner("ann@example.com")));

    visitor.does(|session| session.sign_in(owner("ben@example.com"))).await;
    let stored = subject.read(visitor.sid()).await.unwrap_or_default();
    let is_bens = stored.ends_with(r#"},"user":{"email":"ben@example.com"}}"#);
    promise_that("another user finds nothing of the first", is_bens, &stored);

    visitor.does(|session| set(session, "first", 2)).await;
    visitor.does(|session| session.sign_out_keeping(["first"])).await;
    let stored = subject.read(visitor.sid()).await.unwrap_or_default();
    promise_that(
        "a sign-out leaves what is kept",
        stored.ends_with(r#"},"first":2}"#),
        &stored,
    );
    let who = kept("the owner is read", visitor.open().owner().await);
    promise("and no owner", who, None);
}

/// A handler can do with it what one of Express would.
pub async fn the_owners_member_is_a_value_too(subject: &impl Subject) {
    let mut visitor = Visitor::new(subject).await;
    visitor.does(|session| session.sign_in(owner("ann@example.com"))).await;
    let sid = visitor.sid().to_owned();
    let ben = std::collections::BTreeMap::from([("email", "ben@example.com")]);
    visitor
        .does(|session| kept("a value is recorded", session.insert("user", &ben)))
        .await;
    let who = kept("the owner is read", visitor.open().owner().await);
    promise("who is written there is signed in", who, Some(owner("ben@example.com")));
    visitor.does(|session| session.remove("user")).await;
    let who = kept("the owner is read", visitor.open().owner().await);
    promise("and out where the member is gone", who, None);
    promise("under the same id", visitor.sid(), sid);
}

/// And nothing leads back.
pub async fn a_new_id_takes_the_values_along(subject: &impl Subject) {
    let mut visitor = Visitor::new(subject).await;
    let (before, old) = (visitor.clone(), visitor.sid().to_owned());
    visitor.does(session_core::Session::regenerate).await;
    promise_that("the id is new", visitor.sid() != old, visitor.sid());
    promise(
        "the value is there",
        kept("it is read", visitor.reads("first").await),
        Some(1),
    );
    promise(
        "and not under the old id",
        kept("it is read", before.reads("first").await),
        None,
    );
    promise("where nothing is", subject.read(&old).await, None);
}

/// Whatever was under way.
pub async fn what_is_ended_stays_ended(subject: &impl Subject) {
    let mut visitor = Visitor::new(subject).await;
    let late = visitor.open();
    kept::<Option<i64>, _>("it is read", late.get("first").await);
    set(&late, "late", 1);
    let (mut other, sid) = (visitor.clone(), visitor.sid().to_owned());
    let session = visitor.open();
    session.destroy();
    let committed = visitor.close(session).await;
    let removal = committed.headers.set_cookie().unwrap_or_default();
    let is_removal = removal.starts_with("connect.sid=; Path=/; Expires=Thu, 01 Jan 1970");
    promise_that("the browser is told to forget it", is_removal, removal);
    let saved = late.save().await;
    promise_that("a late write is told", matches!(saved, Err(Error::Gone)), &saved);
    kept("and fails nothing", other.close(late).await.result);
    promise("nothing comes back", subject.read(&sid).await, None);
}

/// Express has no index of them.
pub async fn owners_can_not_be_listed(subject: &impl Subject) {
    let mut visitor = Visitor::new(subject).await;
    visitor.does(|session| session.sign_in(owner("ann@example.com"))).await;
    let listed = visitor.open().sessions().await;
    promise_that("a list is refused", matches!(listed, Err(Error::NoOwnerIndex)), &listed);
    let revoked = visitor.manager.revoke_all(&owner("ann@example.com")).await;
    promise_that(
        "and so is an end of all",
        matches!(revoked, Err(Error::NoOwnerIndex)),
        &revoked,
    );
    let status = revoked.err().map(|error| error.status());
    promise("which is a fault of the program", status, Some(500));
}
