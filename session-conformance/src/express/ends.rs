//! How long sessions live.

use std::time::Duration;

use session_core::{Clock as _, Error, ExpressSid, ExpressStore as _, SystemClock};

use super::stage::{COOKIE, MAX_AGE, Visitor, add_one, set};
use super::subject::Subject;
use crate::verdict::{kept, promise, promise_that};

/// More than any test takes.
const A_WHILE: Duration = Duration::from_secs(60);

fn is_about(left: Duration, expected: Duration) -> bool {
    left <= expected + Duration::from_secs(1) && left + A_WHILE > expected
}

/// In the database, in the cookie, and in what is sent.
pub async fn a_new_session_lives_as_long_as_its_cookie_says(subject: &impl Subject) {
    let visitor = Visitor::new(subject).await;
    let stored = subject.read(visitor.sid()).await.unwrap_or_default();
    promise_that(
        "its age is in the cookie",
        stored.contains(r#""originalMaxAge":3600000"#),
        &stored,
    );
    let left = subject.left(visitor.sid()).await;
    promise_that("it lives so long", is_about(left, MAX_AGE), left);
    let end = kept("the end is known", visitor.open().expires_at().await);
    promise_that("and says so", end.is_some(), end);
}

/// In full, or not at all; and never back.
pub async fn a_read_moves_the_end_as_the_package_does(subject: &impl Subject) {
    let two_hours = COOKIE.replace("3600000", "7200000");
    let mut visitor = Visitor::with(subject, &format!(r#"{{{two_hours},"first":1}}"#)).await;
    let session = visitor.open();
    let first: Option<i64> = kept("it is read", session.get("first").await);
    promise("as it is", first, Some(1));
    let committed = visitor.close(session).await;
    promise("no cookie is sent for a read", committed.headers.set_cookie(), None);
    let left = subject.left(visitor.sid()).await;
    let slides = subject.store().habits().slides;
    let expected = MAX_AGE * if slides { 2 } else { 1 };
    promise_that("the end is where the package has it", is_about(left, expected), left);
}

/// By a request that is late, or has other limits in mind.
pub async fn an_end_is_never_moved_back(subject: &impl Subject) {
    let visitor = Visitor::new(subject).await;
    let (store, now) = (subject.store(), SystemClock.now());
    let sid = ExpressSid::new(visitor.sid());
    let touched = kept("a touch is answered", store.touch(&sid, now + A_WHILE, now).await);
    promise("there is a session", touched, true);
    let left = subject.left(visitor.sid()).await;
    promise_that("it stays where it was", is_about(left, MAX_AGE), left);
    let nobody = ExpressSid::new("nobody");
    let touched = kept(
        "a touch of nothing is answered",
        store.touch(&nobody, now + MAX_AGE, now).await,
    );
    promise("there is nothing", touched, false);
    promise("and nothing is made", subject.read("nobody").await, None);
}

/// A write is a use of the session, and begins its time anew, whatever the package does at a read.
pub async fn a_write_moves_the_end_as_the_cookie_says(subject: &impl Subject) {
    let two_hours = COOKIE.replace("3600000", "7200000");
    let without_age = r#""cookie":{"originalMaxAge":null,"expires":null}"#;
    let lifetime = subject.store().habits().lifetime;
    for (cookie, expected) in [(two_hours.as_str(), MAX_AGE * 2), (without_age, lifetime)] {
        let mut visitor = Visitor::with(subject, &format!(r#"{{{cookie},"first":1}}"#)).await;
        visitor.does(|session| set(session, "first", 2)).await;
        let left = subject.left(visitor.sid()).await;
        promise_that("it lives so long again", is_about(left, expected), (cookie, left));
    }
}

/// As the package does: where a read moves the end, it makes one, too. A write does in any case.
pub async fn what_has_no_end_is_there_and_is_given_one(subject: &impl Subject) {
    let mut visitor = Visitor::with(subject, &format!(r#"{{{COOKIE},"first":1}}"#)).await;
    subject.persist(visitor.sid()).await;
    let session = visitor.open();
    let first: Option<i64> = kept("it is read", session.get("first").await);
    promise("it is there", first, Some(1));
    kept("a read is no error", visitor.close(session).await.result);
    let left = subject.left(visitor.sid()).await;
    let is_as_there = if subject.store().habits().slides {
        is_about(left, MAX_AGE)
    } else {
        left == Duration::MAX
    };
    promise_that("a read does as the package", is_as_there, left);
    subject.persist(visitor.sid()).await;
    visitor.does(|session| set(session, "first", 2)).await;
    let left = subject.left(visitor.sid()).await;
    promise_that("a write gives it an end", is_about(left, MAX_AGE), left);
}

/// Whether or not it has been swept away; and no late request brings it back.
pub async fn what_has_ended_is_not_there(subject: &impl Subject) {
    let mut visitor = Visitor::new(subject).await;
    let name = visitor.sid().to_owned();
    let late = visitor.open();
    add_one(&late, "first").await;
    subject.end(&name).await;
    let (store, sid, now) = (subject.store(), ExpressSid::new(&name), SystemClock.now());
    let found = kept("that is no error", store.load(&sid, now).await);
    promise("nothing is there", found, None);
    let saved = late.save().await;
    promise_that("a late write is told", matches!(saved, Err(Error::Gone)), &saved);
    let touched = store.touch(&sid, now + MAX_AGE, now).await;
    promise("nor is there an end to move", kept("that is no error", touched), false);
    let found = kept("that is no error", store.load(&sid, now).await);
    promise("nothing comes back", found, None);
    visitor.does(|session| set(session, "first", 5)).await;
    promise_that("a new session has a new id", visitor.sid() != name, visitor.sid());
}
