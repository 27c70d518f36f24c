//! What a store keeps as it is.

use std::collections::BTreeMap;

use session_core::{
    Clock as _, ExpressRemoved, ExpressReplaced, ExpressSession, ExpressSid, ExpressStore as _, SystemClock,
};

use super::stage::{COOKIE, MAX_AGE, Visitor, set};
use super::subject::Subject;
use crate::verdict::{kept, promise, promise_that};

/// The text of a session in which `first` is this.
fn text(first: i64) -> String {
    format!(r#"{{{COOKIE},"first":{first}}}"#)
}

/// What means something to the engine means nothing in a name, or in a text.
pub async fn names_and_texts_of_any_kind_come_back(subject: &impl Subject) {
    let names = ["a.b", "a", "$set", "$", "", "\u{e9}\u{1f600}", "0", "length", "a\"b\\c"];
    let texts = ["", "null", "a.b", "$set", "a\0b", "\u{e9}\u{1f600}", "a\"b\\c\r\n"].map(str::to_owned);
    let numbers = [0.0, -0.5, 0.1, 1e300, -1e-300];
    let deep: BTreeMap<_, _> = names.map(|name| (name.to_owned(), vec![true, false])).into();
    let mut visitor = Visitor::new(subject).await;
    visitor
        .does(|session| {
            for name in names {
                set(session, name, 7);
            }
            kept("texts are recorded", session.insert("texts", &texts));
            kept("numbers are recorded", session.insert("numbers", &numbers));
            kept("what is deep is recorded", session.insert("deep", &deep));
        })
        .await;
    // The second write finds what the first has left.
    visitor.does(|session| set(session, "first", 2)).await;
    for name in names {
        let read = kept("it is read", visitor.reads(name).await);
        promise(&format!("{name:?} is there"), read, Some(7));
    }
    let session = visitor.open();
    let read: Option<Vec<String>> = kept("texts are read", session.get("texts").await);
    promise("texts are the same", read.as_deref(), Some(&texts[..]));
    let read: Option<Vec<f64>> = kept("numbers are read", session.get("numbers").await);
    promise("numbers are the same", read.as_deref(), Some(&numbers[..]));
    let read: Option<BTreeMap<String, Vec<bool>>> = kept("what is deep is read", session.get("deep").await);
    promise("what is deep is the same", read, Some(deep));
}

/// Such as a field of the app's own.
pub async fn what_stands_beside_a_session_stays(subject: &impl Subject) {
    let mut visitor = Visitor::with(subject, &text(1)).await;
    let before = subject.beside(visitor.sid()).await;
    visitor.does(|session| set(session, "first", 2)).await;
    let after = subject.beside(visitor.sid()).await;
    promise("a write leaves it", &after, &before);
    let (store, now) = (subject.store(), SystemClock.now());
    let touched = store
        .touch(&ExpressSid::new(visitor.sid()), now + MAX_AGE * 2, now)
        .await;
    kept("a touch is answered", touched);
    promise("and so does a touch", subject.beside(visitor.sid()).await, before);
}

/// An id is drawn once; if it is taken all the same, another one is drawn.
pub async fn a_new_session_takes_nobodys_place(subject: &impl Subject) {
    let (store, now) = (subject.store(), SystemClock.now());
    let sid = ExpressSid::new("taken");
    subject.write("taken", &text(1)).await;
    let before = subject.read("taken").await;
    let (text, expires_at) = (&*text(2), now + MAX_AGE * 2);
    let created = store.create(&sid, &ExpressSession { text, expires_at }, now).await;
    promise("it is refused", kept("that is no error", created), None);
    promise("who was there stays", subject.read("taken").await, before);
    let left = subject.left("taken").await;
    promise_that("for as long as before", left <= MAX_AGE, left);
}

/// A version that is another's would let a later write pass that has not seen what is there.
pub async fn a_write_is_answered_with_the_version_that_is_read(subject: &impl Subject) {
    let (store, now) = (subject.store(), SystemClock.now());
    let (sid, expires_at) = (ExpressSid::new("a"), now + MAX_AGE);
    let (first, second) = (text(1), text(2));
    let session = |text| ExpressSession { text, expires_at };
    let created = kept("it is created", store.create(&sid, &session(&first), now).await);
    let read = kept("it is read", store.load(&sid, now).await).map(|record| record.version);
    promise("it is the version that was created", &read, &created);
    let Some(created) = created else { return };
    let replaced = store.replace(&sid, &session(&second), &created, now).await;
    let version = match kept("it is replaced", replaced) {
        ExpressReplaced::Replaced(version) => Some(version),
        ExpressReplaced::Changed(_) | ExpressReplaced::Gone => None,
    };
    let read = kept("it is read", store.load(&sid, now).await).map(|record| record.version);
    promise("it is the version that was written", &version, &read);
    promise_that("which is another", version.as_ref() != Some(&created), ());
}

/// Ids are random letters, large and small.
pub async fn ids_that_differ_in_case_alone_are_two(subject: &impl Subject) {
    let (store, now) = (subject.store(), SystemClock.now());
    subject.write("abc", &text(1)).await;
    let other = ExpressSid::new("ABC");
    let read = kept("it is no error", store.load(&other, now).await);
    promise_that("another id leads to nothing", read.is_none(), &read);
    let removed = store.delete(&other, None).await;
    promise(
        "nor is there an end of it",
        kept("it is no error", removed),
        ExpressRemoved::Absent,
    );
    let left = subject.read("abc").await;
    promise_that("and the other stays", left.is_some(), left);
}
