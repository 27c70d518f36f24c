//! How long sessions live.

use std::time::Duration;

use session_core::{Expiry, Session};

use super::browser::Browser;
use super::pages;
use super::probe::{Answer, PageFuture};
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::operation::Operation;
use crate::verdict::{promise, promise_that};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn set_expiry(expiry: Expiry) -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    move |session| {
        Box::pin(async move {
            session.set_expiry(expiry)?;
            session.insert("remembered", &1)?;
            Ok(Answer::ok())
        })
    }
}

/// What `set_expiry` gave a session stays with it.
pub async fn remember_me_survives_later_writes(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let before = browser.cookie();
    let remember = Expiry::new().idle(DAY * 14).absolute(DAY * 90);
    let response = browser.visit(set_expiry(remember)).await;
    promise(
        "new limits send the cookie again, with the new Max-Age",
        response.cookie_attributes(),
        ["Max-Age=7776000; Path=/; HttpOnly; SameSite=Lax; Secure"],
    );
    promise("and the same id", browser.cookie(), before);
    let later = browser.visit(pages::write("n", 2)).await;
    promise("a later write sends no cookie", later.set_cookies(), [""; 0]);
    stage.clock.advance(DAY * 10);
    promise(
        "the limits survive later writes",
        browser.reads("n").await.as_str(),
        "2",
    );
    browser.visit(pages::add_one("n")).await;
    stage.clock.advance(DAY * 13);
    promise("again and again", browser.reads("n").await.as_str(), "3");
    stage.clock.advance(DAY * 15);
    promise("until the idle limit", browser.reads("n").await.as_str(), "none");
}

/// There is no cookie before it that could be wrong.
pub async fn the_first_cookie_has_the_limits_that_were_set(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    let remember = Expiry::new().idle(DAY).absolute(DAY * 30);
    let response = browser.visit(set_expiry(remember)).await;
    promise(
        "the first cookie has the limits that were set",
        response.cookie_attributes(),
        ["Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax; Secure"],
    );
    stage.clock.advance(DAY - MINUTE);
    promise(
        "and so has the session",
        browser.reads("remembered").await.as_str(),
        "1",
    );
}

/// Whoever reads is there.
pub async fn reads_slide_the_idle_end(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    for _ in 0..6 {
        stage.clock.advance(MINUTE * 20);
        promise(
            "a read within the idle limit slides it",
            browser.reads("n").await.as_str(),
            "1",
        );
    }
    stage.clock.advance(MINUTE * 30);
    promise(
        "after the idle limit the session has ended",
        browser.reads("n").await.as_str(),
        "none",
    );
}

/// At most one write for each tenth of the idle time.
pub async fn sliding_writes_are_throttled(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    stage.counts.reset();
    for _ in 0..10 {
        stage.clock.advance(Duration::from_secs(15));
        browser.visit(pages::read("n")).await;
    }
    promise(
        "within a tenth of the idle time nothing is written",
        stage.counts.of(Operation::Touch),
        0,
    );
    promise("each read loads once", stage.counts.of(Operation::Load), 10);
    stage.clock.advance(MINUTE * 3);
    let response = browser.visit(pages::read("n")).await;
    promise("then a read slides the end", stage.counts.of(Operation::Touch), 1);
    promise("which the browser does not hear of", response.set_cookies(), [""; 0]);
    browser.visit(pages::read("n")).await;
    promise("once", stage.counts.of(Operation::Touch), 1);
}

/// They say nothing of the visitor: a page that polls would keep everyone signed in.
pub async fn untouched_requests_do_not_slide_the_idle_end(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    for _ in 0..3 {
        stage.clock.advance(MINUTE * 10);
        browser.visit(pages::nothing()).await;
    }
    promise(
        "nobody was there for 30 minutes",
        browser.reads("n").await.as_str(),
        "none",
    );
}

/// Unless the application chooses so.
pub async fn any_request_can_be_activity(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, session_core::SessionManagerBuilder::any_request_is_activity);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    for _ in 0..3 {
        stage.clock.advance(MINUTE * 20);
        browser.visit(pages::nothing()).await;
    }
    promise("every request kept it alive", browser.reads("n").await.as_str(), "1");
}

/// However busy the visitor is.
pub async fn the_absolute_end_ends_a_session(adapter: AnyAdapter) {
    let limits = Expiry::new().idle(MINUTE * 30).absolute(MINUTE * 60);
    let stage = Stage::with(&adapter, move |builder| builder.expiry(limits));
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let header = |browser: &Browser| vec![("cookie", browser.cookie().unwrap_or_default().into_bytes())];
    let cookie = header(&browser);
    for _ in 0..3 {
        stage.clock.advance(MINUTE * 15);
        promise(
            "a busy session lives",
            browser.visit(pages::add_one("n")).await.status(),
            200,
        );
    }
    promise("up to its absolute end", browser.reads("n").await.as_str(), "4");
    stage.clock.advance(MINUTE * 15);
    promise("where the browser forgets the cookie", browser.cookie(), None);
    let kept = stage.browser().visit_with(cookie, pages::read("n")).await;
    promise(
        "and the server the session, whatever the browser keeps",
        kept.body.as_str(),
        "none",
    );
}

/// Signing in counts anew: the user has just been there.
pub async fn a_sign_in_begins_the_absolute_limit_anew(adapter: AnyAdapter) {
    let limits = Expiry::new().idle(MINUTE * 60).absolute(MINUTE * 60);
    let stage = Stage::with(&adapter, move |builder| builder.expiry(limits));
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    stage.clock.advance(MINUTE * 50);
    let response = browser.visit(pages::sign_in("alice")).await;
    promise_that(
        "the cookie's Max-Age runs to the new end",
        response
            .cookie_attributes()
            .iter()
            .any(|text| text.starts_with("Max-Age=3600;")),
        response.cookie_attributes(),
    );
    stage.clock.advance(MINUTE * 50);
    promise(
        "the absolute limit counts from the sign-in",
        browser.reads("n").await.as_str(),
        "1",
    );
}

/// Without Max-Age and Expires; the server's limits stay.
pub async fn a_cookie_can_end_with_the_browser(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, |builder| builder.expiry(Expiry::owasp_low_risk()));
    let browser = stage.browser();
    let response = browser.visit(pages::write("n", 1)).await;
    promise(
        "a cookie that ends with the browser names no end",
        response.cookie_attributes(),
        ["Path=/; HttpOnly; SameSite=Lax; Secure"],
    );
    stage.clock.advance(MINUTE * 31);
    promise_that("the browser has it", browser.cookie().is_some(), "no cookie");
    promise(
        "the server's idle limit holds",
        browser.reads("n").await.as_str(),
        "none",
    );
}
