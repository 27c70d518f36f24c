//! New ids, and who follows them.

use std::time::Duration;

use super::browser::Browser;
use super::gate::Gate;
use super::pages;
use super::probe::PageFuture;
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::verdict::{promise, promise_that};

/// `rotate` gives the visitor a new id with the same values, and kills the old one.
async fn the_old_id_is_dead<P>(adapter: AnyAdapter, how: &str, rotate: P)
where
    P: FnOnce(session_core::Session) -> PageFuture + Send + 'static,
{
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let old = browser.copied();
    browser.visit(rotate).await;
    promise_that(
        &format!("{how} gives a new id"),
        browser.cookie().is_some() && browser.cookie() != old.cookie(),
        "the same id",
    );
    promise("the values stay", browser.reads("n").await.as_str(), "1");
    promise("nobody reads through the old id", old.reads("n").await.as_str(), "none");
    promise(
        "nor sees who is signed in",
        old.visit(pages::who()).await.body.as_str(),
        "nobody",
    );
    let cookie = browser.cookie();
    let through_the_old_id = old.visit(pages::write("n", 9)).await;
    promise(
        "a write through the old id is no error",
        through_the_old_id.status(),
        200,
    );
    let told = old.visit(pages::add_one("n")).await;
    promise(
        "an update through it is told so",
        (told.status(), told.set_cookies()),
        (409, Vec::new()),
    );
    promise("neither reaches the session", browser.reads("n").await.as_str(), "1");
    promise("whose cookie is good", browser.cookie(), cookie);
}

/// Whoever planted or saw the old id is not in.
pub async fn after_a_sign_in_the_old_id_is_dead(adapter: AnyAdapter) {
    the_old_id_is_dead(adapter, "a sign-in", pages::sign_in("alice")).await;
}

/// The same when the application asks for a new id.
pub async fn after_regenerate_the_old_id_is_dead(adapter: AnyAdapter) {
    the_old_id_is_dead(adapter, "regenerate", pages::regenerate()).await;
}

/// The cart of a visitor who signs in stays exact.
pub async fn a_late_update_follows_a_sign_in(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("cart", 1)).await;
    let gate = Gate::new();
    let late = browser.start(pages::add_one_late(&gate, "cart"));
    gate.reached().await;
    browser.visit(pages::sign_in("alice")).await;
    let cookie = browser.cookie();
    gate.open();
    let response = late.end().await;
    promise("the late response stays", response.status(), 200);
    promise(
        "a late response sends no cookie, which would undo the sign-in in the browser",
        response.set_cookies(),
        [""; 0],
    );
    promise("the browser keeps the new one", browser.cookie(), cookie);
    promise(
        "an update that began before a sign-in follows it",
        browser.reads("cart").await.as_str(),
        "2",
    );
    promise(
        "who is still signed in",
        browser.visit(pages::who()).await.body.as_str(),
        "alice",
    );
}

/// Whoever planted the id could otherwise write into the signed-in session.
pub async fn a_late_blind_write_does_not_follow_a_sign_in_and_an_event_says_so(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let gate = Gate::new();
    let late = browser.start(pages::write_late(&gate, "n", 9));
    gate.reached().await;
    browser.visit(pages::sign_in("alice")).await;
    stage.events.forget();
    gate.open();
    let response = late.end().await;
    promise("the late response stays", response.status(), 200);
    promise("it sends no cookie", response.set_cookies(), [""; 0]);
    promise_that(
        "an event says that a blind write was dropped",
        stage.events.names().contains(&"Dropped".to_owned()),
        stage.events.names(),
    );
    promise(
        "a blind write does not follow a sign-in",
        browser.reads("n").await.as_str(),
        "1",
    );
}

/// No privilege has changed, so everything follows.
pub async fn late_changes_follow_a_regenerated_session(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let (blind, update) = (Gate::new(), Gate::new());
    let late_write = browser.start(pages::write_late(&blind, "m", 5));
    let late_update = browser.start(pages::add_one_late(&update, "n"));
    blind.reached().await;
    update.reached().await;
    browser.visit(pages::regenerate()).await;
    blind.open();
    update.open();
    for late in [late_write, late_update] {
        promise(
            "a late response sends no cookie",
            late.end().await.set_cookies(),
            [""; 0],
        );
    }
    promise("a late write follows", browser.reads("m").await.as_str(), "5");
    promise("a late update follows", browser.reads("n").await.as_str(), "2");
}

/// After the forwarding time what is late is too late.
pub async fn nothing_follows_after_the_forwarding_time(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, |builder| builder.forwarding_time(Duration::from_secs(10)));
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let gate = Gate::new();
    let late = browser.start(pages::add_one_late(&gate, "n"));
    gate.reached().await;
    browser.visit(pages::regenerate()).await;
    stage.clock.advance(Duration::from_secs(11));
    gate.open();
    promise("the late response stays", late.end().await.status(), 200);
    promise("but its change does not follow", browser.reads("n").await.as_str(), "1");
}

/// A double click.
pub async fn two_sign_ins_at_once_end_with_two_living_sessions(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("cart", 1)).await;
    let other = browser.copied();
    let (one, two) = (Gate::new(), Gate::new());
    let first = browser.start(sign_in_late(&one));
    let second = other.start(sign_in_late(&two));
    one.reached().await;
    two.reached().await;
    one.open();
    promise("the first sign-in succeeds", first.end().await.status(), 200);
    two.open();
    promise("so does the second", second.end().await.status(), 200);
    promise_that(
        "each has an id of its own",
        browser.cookie().is_some() && browser.cookie() != other.cookie(),
        "one id for two",
    );
    for browser in [browser, other] {
        promise(
            "each is signed in",
            browser.visit(pages::who()).await.body.as_str(),
            "alice",
        );
        promise("with what it had loaded", browser.reads("cart").await.as_str(), "1");
    }
}

/// The visitor wants in, whatever became of the session of before.
pub async fn a_sign_in_that_meets_an_ended_session_starts_empty(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("cart", 1)).await;
    let other_tab = browser.copied();
    let gate = Gate::new();
    let late = browser.start(sign_in_late(&gate));
    gate.reached().await;
    other_tab.visit(pages::destroy()).await;
    gate.open();
    promise("the sign-in succeeds", late.end().await.status(), 200);
    promise(
        "the user is in",
        browser.visit(pages::who()).await.body.as_str(),
        "alice",
    );
    promise("with nothing of before", browser.reads("cart").await.as_str(), "none");
}

/// What belonged to one user is not for the next.
pub async fn a_sign_in_over_another_user_starts_empty(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::sign_in("alice")).await;
    browser.visit(pages::write("secret", 1)).await;
    browser.visit(pages::sign_in("bob")).await;
    promise(
        "the new user is in",
        browser.visit(pages::who()).await.body.as_str(),
        "bob",
    );
    promise(
        "and sees nothing of the old one",
        browser.reads("secret").await.as_str(),
        "none",
    );
    assert_same_user_keeps(&browser).await;
}

async fn assert_same_user_keeps(browser: &Browser) {
    browser.visit(pages::write("n", 3)).await;
    browser.visit(pages::sign_in("bob")).await;
    promise(
        "signing in again keeps one's own values",
        browser.reads("n").await.as_str(),
        "3",
    );
}

fn sign_in_late(gate: &Gate) -> impl FnOnce(session_core::Session) -> PageFuture + Send + 'static {
    let gate = gate.clone();
    move |session| {
        Box::pin(async move {
            session.is_new().await?;
            session.sign_in(pages::owner("alice"));
            gate.pass().await;
            Ok(super::probe::Answer::ok())
        })
    }
}
