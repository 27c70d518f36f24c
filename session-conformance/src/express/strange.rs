//! What others write who are not Express, or not careful.

use std::error::Error as _;

use session_core::Error;

use super::stage::{COOKIE, Visitor, add_one, set};
use super::subject::Subject;
use crate::verdict::{kept, promise, promise_that};

/// Express answers with 500 there, and may then delete it.
pub async fn what_is_no_session_is_an_error_and_stays(subject: &impl Subject) {
    let mut strange = vec![
        r#"{"first":1}"#.to_owned(),
        r#"{"cookie":null,"first":1}"#.to_owned(),
        r#"{"cookie":7,"first":1}"#.to_owned(),
        r#"{"cookie":{"originalMaxAge":"3600000"},"first":1}"#.to_owned(),
        "[1]".to_owned(),
        "7".to_owned(),
        r#""text""#.to_owned(),
        "no JSON".to_owned(),
    ];
    if subject.keeps_text() {
        strange.push(format!("{{{COOKIE},}}"));
        strange.push(format!("{{{COOKIE}}} {{}}"));
    }
    for text in strange {
        let mut visitor = Visitor::with(subject, &text).await;
        let before = subject.read(visitor.sid()).await;
        let error = visitor.reads("first").await.err();
        let status = error.as_ref().map(Error::status);
        promise(&format!("{text} is an error of the server"), status, Some(500));
        let cause = error.as_ref().and_then(|error| error.source()).map(ToString::to_string);
        promise_that(
            "which has a cause",
            cause.is_some_and(|cause| !cause.is_empty()),
            &error,
        );
        let session = visitor.open();
        set(&session, "second", 2);
        let result = visitor.close(session).await.result;
        promise_that("nothing can be written there", result.is_err(), &result);
        promise("and it is left as it was", subject.read(visitor.sid()).await, before);
    }
}

/// It is no error there either: whoever writes begins a new session.
pub async fn what_express_takes_for_nothing_is_no_session(subject: &impl Subject) {
    for text in ["null", ""] {
        if text.is_empty() && !subject.keeps_text() {
            continue;
        }
        let mut visitor = Visitor::with(subject, text).await;
        let sid = visitor.sid().to_owned();
        promise(
            "there is nothing",
            kept("it is no error", visitor.reads("first").await),
            None,
        );
        visitor.does(|session| set(session, "second", 2)).await;
        promise_that("a new session has a new id", visitor.sid() != sid, visitor.sid());
        promise(
            "and is there",
            kept("it can be read", visitor.reads("second").await),
            Some(2),
        );
        let left = subject.read(&sid).await;
        promise_that(
            "the old one is left as it was",
            left.as_deref().is_some_and(|left| left == text),
            left,
        );
    }
}

/// Its session lives on, and is one that Express is content with.
pub async fn a_cookie_that_says_little_is_made_whole(subject: &impl Subject) {
    for text in [
        r#"{"cookie":{},"first":1}"#,
        r#"{"cookie":{"expires":null,"originalMaxAge":null},"first":1}"#,
    ] {
        let mut visitor = Visitor::with(subject, text).await;
        promise(
            "it is read",
            kept("it is no error", visitor.reads("first").await),
            Some(1),
        );
        let session = visitor.open();
        set(&session, "first", 2);
        let committed = visitor.close(session).await;
        promise(
            "no cookie is sent again that ends with the browser",
            committed.headers.set_cookie(),
            None,
        );
        let stored = subject.read(visitor.sid()).await.unwrap_or_default();
        let is_whole = stored.contains(r#""originalMaxAge":null"#) && stored.contains(r#""expires":null"#);
        promise_that("the cookie is whole", is_whole, &stored);
        promise(
            "and the value there",
            kept("it is no error", visitor.reads("first").await),
            Some(2),
        );
    }
}

/// As Express does at its next save, without harm.
pub async fn what_is_not_known_of_a_cookie_is_dropped(subject: &impl Subject) {
    let text =
        r#"{"cookie":{"foo":1,"maxAge":5,"originalMaxAge":3600000,"expires":"yesterday","sameSite":"Lax"},"first":1}"#;
    let mut visitor = Visitor::with(subject, text).await;
    visitor.does(|session| set(session, "first", 2)).await;
    let stored = subject.read(visitor.sid()).await.unwrap_or_default();
    let is_clean = !stored.contains("foo") && !stored.contains("maxAge") && !stored.contains("yesterday");
    promise_that("what nobody knows is gone", is_clean, &stored);
    promise_that(
        "what the app has set is kept",
        stored.contains(r#""sameSite":"Lax""#),
        &stored,
    );
}

/// Nobody but Express has the cookie first.
pub async fn members_in_any_order_and_with_any_spaces_are_read(subject: &impl Subject) {
    let text = format!("\n{{ \"first\" : 1 ,\t{COOKIE} , \"deep\" : {{ \"b\" : [ 1 , 2 ] }} }}\r\n");
    let mut visitor = Visitor::with(subject, &text).await;
    promise(
        "it is read",
        kept("it is no error", visitor.reads("first").await),
        Some(1),
    );
    visitor.does(|session| set(session, "first", 2)).await;
    let deep: Option<std::collections::BTreeMap<String, Vec<i64>>> =
        kept("the rest can be read", visitor.open().get("deep").await);
    promise("and is unchanged", deep, Some([("b".to_owned(), vec![1, 2])].into()));
}

/// As in JavaScript.
pub async fn of_two_members_of_one_name_the_later_counts(subject: &impl Subject) {
    if !subject.keeps_text() {
        return;
    }
    let visitor = Visitor::with(subject, &format!(r#"{{"first":1,{COOKIE},"first":3}}"#)).await;
    promise(
        "the later one counts",
        kept("it is no error", visitor.reads("first").await),
        Some(3),
    );
}

/// Express would round them when it saves; we do not touch what nobody changed.
pub async fn numbers_that_are_not_exact_stay_as_they_are(subject: &impl Subject) {
    let text = format!(r#"{{{COOKIE},"first":1,"large":9007199254740993}}"#);
    let mut visitor = Visitor::with(subject, &text).await;
    visitor.does(|session| set(session, "first", 2)).await;
    let stored = subject.read(visitor.sid()).await.unwrap_or_default();
    promise_that(
        "the number is the same",
        stored.contains(r#""large":9007199254740993"#),
        &stored,
    );
}

/// JavaScript has texts that are none elsewhere.
pub async fn a_text_that_is_no_unicode_spoils_no_other(subject: &impl Subject) {
    if !subject.keeps_text() {
        return;
    }
    let text = format!(r#"{{{COOKIE},"first":1,"half":"\ud800"}}"#);
    let mut visitor = Visitor::with(subject, &text).await;
    promise(
        "others can be read",
        kept("it is no error", visitor.reads("first").await),
        Some(1),
    );
    let half: Result<Option<String>, Error> = visitor.open().get("half").await;
    promise_that("it can not", matches!(half, Err(Error::Decode { .. })), &half);
    visitor.does(|session| set(session, "first", 2)).await;
    let stored = subject.read(visitor.sid()).await.unwrap_or_default();
    promise_that("and is left as it was", stored.contains(r#""half":"\ud800""#), &stored);
}

/// A session that has one is written anew by Express at the next read, without it.
pub async fn names_that_express_drops_are_refused(subject: &impl Subject) {
    let visitor = Visitor::new(subject).await;
    for name in [
        "cookie",
        "id",
        "req",
        "save",
        "touch",
        "reload",
        "destroy",
        "regenerate",
        "__proto__",
        "toString",
    ] {
        let session = visitor.open();
        let inserted = session.insert(name, &1);
        promise_that(
            "it can't be a value",
            matches!(inserted, Err(Error::Encode { .. })),
            (name, &inserted),
        );
        let updated = session.update(name, |count: &mut i64| *count += 1).await;
        promise_that("in no way", updated.is_err(), (name, &updated));
    }
}

/// Up to 2^53.
pub async fn integers_that_express_would_round_are_refused(subject: &impl Subject) {
    let mut visitor = Visitor::new(subject).await;
    visitor.does(|session| set(session, "largest", (1 << 53) - 1)).await;
    promise(
        "the largest is stored",
        kept("it can be read", visitor.reads("largest").await),
        Some((1 << 53) - 1),
    );
    for large in [1 << 53, i64::MAX, i64::MIN] {
        let inserted = visitor.open().insert("large", &large);
        promise_that(
            "a larger one is refused",
            matches!(inserted, Err(Error::Encode { .. })),
            (large, &inserted),
        );
    }
    let session = visitor.open();
    kept("a count is stored", session.insert("count", &((1_i64 << 53) - 1)));
    add_one_more(&session).await;
}

async fn add_one_more(session: &session_core::Session) {
    let added = session.update("count", |count: &mut i64| *count += 1).await;
    promise_that(
        "nor does a count go beyond",
        matches!(added, Err(Error::Encode { .. })),
        &added,
    );
    add_one(session, "another").await;
}
