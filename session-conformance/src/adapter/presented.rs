//! Ids that the server did not issue, or no longer knows.

use std::time::Duration;

use session_core::{CookieSettings, Session};

use super::pages;
use super::probe::{Answer, PageFuture};
use super::serve::AnyAdapter;
use super::stage::{Setting, Stage};
use crate::operation::Operation;
use crate::verdict::{promise, promise_that};

/// Unsigned, signed wrongly, or not an id at all.
pub async fn an_id_that_the_server_did_not_issue_is_never_adopted(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let victim = stage.browser();
    victim.visit(pages::write("n", 1)).await;
    let good = victim.cookie_value();
    let (id, signature) = good.split_once('.').unwrap_or_default();
    let flipped: String = signature.chars().rev().collect();
    for planted in [
        "admin".to_owned(),
        id.to_owned(),
        format!("{id}."),
        format!("{id}.{flipped}"),
        format!("{id}A.{signature}"),
        format!("AAAA{}.{signature}", id.get(4..).unwrap_or_default()),
        format!("s:{id}.{signature}x"),
    ] {
        stage.counts.reset();
        let cookie = || vec![("cookie", format!("__Host-session={planted}").into_bytes())];
        let read = stage.browser().visit_with(cookie(), pages::read("n")).await;
        promise(
            "nobody reads with a forged cookie",
            (read.status(), read.body.as_str()),
            (200, "none"),
        );
        promise("a forged cookie never reaches the store", stage.counts.total(), 0);
        let attacker = stage.browser();
        attacker.visit_with(cookie(), pages::write("m", 2)).await;
        let issued = attacker.cookie_value();
        promise_that(
            "whoever comes with an id of their own gets one of the server's",
            !issued.is_empty() && !issued.starts_with(id) && !issued.starts_with(&planted),
            &planted,
        );
    }
    promise("the session is as it was", victim.reads("n").await.as_str(), "1");
}

/// `act` with an id of the right signature that the store does not know must end with another id.
async fn an_unknown_id_is_replaced<P>(adapter: AnyAdapter, what: &str, act: P)
where
    P: FnOnce(Session) -> PageFuture + Send + 'static,
{
    let elsewhere = Stage::new(&adapter);
    let browser = elsewhere.browser();
    browser.visit(pages::write("n", 1)).await;
    let planted = browser.cookie_value();
    let stage = Stage::new(&adapter);
    let here = browser.moved_to(&stage);
    promise("an unknown id reads nothing", here.reads("n").await.as_str(), "none");
    let response = here.visit(act).await;
    promise(
        &format!("{what} with an unknown id sends one cookie"),
        response.set_cookies().len(),
        1,
    );
    promise_that(
        &format!("{what} with an unknown id gets an id of the server's making"),
        here.cookie_value() != planted,
        "the client's own id",
    );
    promise("which leads to the value", here.reads("m").await.as_str(), "2");
    let attacker = stage.browser();
    let planted = format!("__Host-session={planted}").into_bytes();
    let through_the_planted_id = attacker.visit_with(vec![("cookie", planted)], pages::read("m")).await;
    promise(
        "and the planted id does not",
        through_the_planted_id.body.as_str(),
        "none",
    );
}

/// Its signature says that it was issued once, and no more.
pub async fn an_id_that_the_store_does_not_know_is_never_adopted(adapter: AnyAdapter) {
    an_unknown_id_is_replaced(adapter, "a write", pages::write("m", 2)).await;
}

/// Fixation, by the way of emptying the session first.
pub async fn clear_and_insert_does_not_adopt_an_unknown_id(adapter: AnyAdapter) {
    an_unknown_id_is_replaced(adapter, "clear and insert", |session| {
        Box::pin(async move {
            session.clear();
            session.insert("m", &2)?;
            Ok(Answer::ok())
        })
    })
    .await;
}

/// Fixation, by the way of a sign-in.
pub async fn a_sign_in_does_not_adopt_an_unknown_id(adapter: AnyAdapter) {
    an_unknown_id_is_replaced(adapter, "a sign-in", |session| {
        Box::pin(async move {
            session.insert("m", &2)?;
            session.sign_in(pages::owner("alice"));
            Ok(Answer::ok())
        })
    })
    .await;
}

/// The session that is begun after `destroy` is another one.
pub async fn destroy_and_insert_begins_a_session_with_a_new_id(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let old = browser.copied();
    let response = browser
        .visit(|session| async move {
            session.destroy();
            session.insert("m", &2)?;
            Ok(Answer::ok())
        })
        .await;
    promise("one cookie is sent, and no removal", response.set_cookies().len(), 1);
    promise_that("the id is new", browser.cookie() != old.cookie(), "the old id");
    promise(
        "the new session has what came after",
        browser.reads("m").await.as_str(),
        "2",
    );
    promise("and nothing of before", browser.reads("n").await.as_str(), "none");
    promise("the old id is dead", old.reads("m").await.as_str(), "none");
}

/// The server issued it and the record still exists, so there is nothing to fear.
pub async fn clear_and_insert_keeps_the_id_of_a_living_session(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let response = browser
        .visit(|session| async move {
            session.clear();
            session.insert("m", &2)?;
            Ok(Answer::ok())
        })
        .await;
    promise("the id stays", response.set_cookies(), [""; 0]);
    promise("clear removes every value", browser.reads("n").await.as_str(), "none");
    promise("but what comes after", browser.reads("m").await.as_str(), "2");
}

/// A session that has run out is as unknown as any other.
pub async fn the_id_of_an_expired_session_is_never_adopted(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let expired = browser.cookie();
    stage.clock.advance(Duration::from_secs(31 * 60));
    promise(
        "an expired session reads as none",
        browser.reads("n").await.as_str(),
        "none",
    );
    promise("and reading leaves the cookie alone", browser.cookie(), expired.clone());
    browser.visit(pages::write("m", 2)).await;
    promise_that(
        "a write begins a session with a new id",
        browser.cookie() != expired,
        "the expired id",
    );
    promise("with nothing of the old one", browser.reads("n").await.as_str(), "none");
}

/// The signature covers the name, so no cookie passes for another.
pub async fn a_cookie_that_was_signed_for_another_name_is_refused(adapter: AnyAdapter) {
    let shop = Stage::with(&adapter, |builder| {
        builder.cookie(CookieSettings::new().name("__Host-shop"))
    });
    let browser = shop.browser();
    browser.visit(pages::write("n", 1)).await;
    let admin = shop
        .another()
        .with(|builder| builder.cookie(CookieSettings::new().name("__Host-admin")))
        .serve();
    let renamed = format!("__Host-admin={}", browser.cookie_value()).into_bytes();
    let response = admin
        .browser()
        .visit_with(vec![("cookie", renamed)], pages::read("n"))
        .await;
    promise(
        "a cookie under another name is nobody's",
        response.body.as_str(),
        "none",
    );
    promise("and does not reach the store", admin.counts.total(), 0);
}

/// What an older key of the ring signed is believed, and signed anew by the first key.
pub async fn a_cookie_of_an_older_key_is_believed_and_issued_anew(adapter: AnyAdapter) {
    let (old_key, new_key) = ([1; 32], [2; 32]);
    let before = Setting::new(&adapter).keys([old_key]).serve();
    let browser = before.browser();
    browser.visit(pages::write("n", 1)).await;
    let first = browser.cookie_value();

    let during = before.another().keys([new_key, old_key]).serve();
    let browser = browser.moved_to(&during);
    let untouched = browser.visit(pages::nothing()).await;
    promise(
        "a request that leaves its session alone gets no cookie",
        untouched.set_cookies(),
        [""; 0],
    );
    let read = browser.visit(pages::read("n")).await;
    promise("a cookie of an older key is believed", read.body.as_str(), "1");
    promise("and issued anew when it is used", read.set_cookies().len(), 1);
    promise("after one write", during.counts.of(Operation::Touch), 1);
    let second = browser.cookie_value();
    let id = |value: &str| value.split('.').next().unwrap_or_default().to_owned();
    promise("with the same id", id(&second), id(&first));
    promise_that("under another signature", second != first, "the same value");
    promise("once", browser.visit(pages::read("n")).await.set_cookies(), [""; 0]);

    let after = before.another().keys([new_key]).serve();
    promise(
        "the new signature outlives the old key",
        browser.moved_to(&after).reads("n").await.as_str(),
        "1",
    );
    let stale = vec![("cookie", format!("__Host-session={first}").into_bytes())];
    let response = after.browser().visit_with(stale, pages::read("n")).await;
    promise("what a dropped key signed is refused", response.body.as_str(), "none");
}
