//! Requests that overlap: with each other, and with those of Express.

use std::time::Duration;

use session_core::{Clock as _, Error, ExpressSid, ExpressStore as _, Owner, SystemClock};

use super::stage::{COOKIE, MAX_AGE, Visitor, add_one, manager, set};
use super::subject::Subject;
use crate::verdict::{joined, kept, promise, promise_that};

const AT_ONCE: i64 = 64;
const WRITERS: usize = 4;
const WRITES: u64 = 8;
/// Of something that goes wrong now and then.
const ROUNDS: usize = 32;

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

/// Reads move the end meanwhile, and nothing else.
pub async fn reads_undo_no_write(subject: &impl Subject) {
    let visitor = Visitor::new(subject).await;
    let (store, sid) = (subject.store(), ExpressSid::new(visitor.sid()));
    let writers: Vec<_> = (0..WRITERS).map(|_| tokio::spawn(count_up(visitor.clone()))).collect();
    for further in 1..=WRITES {
        let now = SystemClock.now();
        let expires_at = now + MAX_AGE + Duration::from_secs(further);
        kept("a touch is answered", store.touch(&sid, expires_at, now).await);
    }
    let mut stored = 1;
    for writer in writers {
        stored += joined(writer).await;
    }
    let first = kept("it is read", visitor.reads("first").await);
    promise("what was stored is there", first, Some(stored));
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

/// Who signs in is in a session that is empty, and new.
pub async fn an_end_by_express_during_a_sign_in_is_one(subject: &impl Subject) {
    let mut visitor = Visitor::new(subject).await;
    let session = visitor.open();
    kept::<Option<i64>, _>("it is read", session.get("first").await);
    session.sign_in(kept("a name is an owner", Owner::new("ann@example.com")));
    let old = visitor.sid().to_owned();
    subject.remove(&old).await;
    kept("the sign-in is stored", visitor.close(session).await.result);
    let who = kept("the owner is read", visitor.open().owner().await);
    promise_that("who signs in is signed in", who.is_some(), who);
    let first = kept("it is read", visitor.reads("first").await);
    promise("what had ended is not there", first, None);
    promise("nor under the old id", subject.read(&old).await, None);
    promise("nor under one that nobody has", subject.count().await, 1);
}

/// Each write is in the session that the sign-in makes, or is told that it is not.
pub async fn writes_during_a_sign_in_are_taken_along_or_told(subject: &impl Subject) {
    for _ in 0..ROUNDS {
        let mut visitor = Visitor::new(subject).await;
        // Within a node, those who are in each other's way wait for each other.
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| {
                let mut writer = visitor.clone();
                writer.manager = manager(subject.store());
                tokio::spawn(count_up(writer))
            })
            .collect();
        visitor
            .does(|session| session.sign_in(kept("a name is an owner", Owner::new("ann@example.com"))))
            .await;
        let mut stored = 1;
        for writer in writers {
            stored += joined(writer).await;
        }
        let first = kept("it is read", visitor.reads("first").await);
        promise("what was stored is there", first, Some(stored));
    }
}

/// Adds one again and again while there is a session, and says how often.
async fn count_up(visitor: Visitor) -> i64 {
    let mut stored = 0;
    for _ in 0..WRITES {
        let session = visitor.open();
        if kept::<Option<i64>, _>("it is read", session.get("first").await).is_none() {
            break;
        }
        add_one(&session, "first").await;
        match session.save().await {
            Err(Error::Gone) => break,
            saved => kept("it is stored or gone", saved),
        }
        stored += 1;
    }
    stored
}
