//! The cookie that carries the session's id.

use std::time::{Duration, UNIX_EPOCH};

use session_core::{Clock, CookieSettings, Priority, SameSite};

use super::pages;
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::verdict::{promise, promise_that};

/// `__Host-session`, Secure, HttpOnly, SameSite=Lax, Path=/, and the absolute limit as Max-Age.
pub async fn the_first_write_sends_one_cookie_with_the_documented_attributes(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    let response = browser.visit(pages::write("n", 1)).await;
    promise(
        "the handler's response stays",
        (response.status(), response.body.as_str()),
        (200, "fine"),
    );
    promise(
        "a new session sends one cookie, with the documented attributes",
        response.cookie_attributes(),
        ["Max-Age=86400; Path=/; HttpOnly; SameSite=Lax; Secure"],
    );
    let cookie = browser.cookie().unwrap_or_default();
    promise_that(
        "its name is __Host-session by default",
        cookie.starts_with("__Host-session="),
        &cookie,
    );
}

/// What one request writes the next one reads.
pub async fn values_come_back(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 7)).await;
    promise("a value comes back", browser.reads("n").await.as_str(), "7");
    promise(
        "what was not written is not there",
        browser.reads("m").await.as_str(),
        "none",
    );
    let stranger = stage.browser();
    promise("nobody else sees it", stranger.reads("n").await.as_str(), "none");
}

/// Neither reads nor writes send it again.
pub async fn a_cookie_is_not_sent_again_while_it_is_good(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    for (what, response) in [
        ("a read", browser.visit(pages::read("n")).await),
        ("a write", browser.visit(pages::write("n", 2)).await),
        ("an update", browser.visit(pages::add_one("n")).await),
    ] {
        promise(
            &format!("{what} that changes nothing for the browser sends no cookie"),
            response.set_cookies(),
            [""; 0],
        );
    }
    promise("the session goes on", browser.reads("n").await.as_str(), "3");
}

/// A removal that differed in one attribute would remove nothing; browsers hold `__Host-` to its rules here too.
pub async fn after_destroy_the_browser_has_no_cookie(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let response = browser.visit(pages::destroy()).await;
    promise(
        "a removal has the cookie's attributes",
        response.cookie_attributes(),
        ["Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; SameSite=Lax; Secure"],
    );
    promise("the browser forgets its cookie", browser.cookie(), None);
}

/// Path, Partitioned, Priority and SameSite too.
pub async fn a_removal_has_whatever_attributes_the_cookie_has(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, |builder| {
        builder.cookie(
            CookieSettings::new()
                .name("__Secure-shop")
                .same_site(SameSite::None)
                .partitioned()
                .priority(Priority::High)
                .with_expires(),
        )
    });
    let browser = stage.browser();
    let set = browser.visit(pages::write("n", 1)).await;
    let common = "Path=/; HttpOnly; SameSite=None; Partitioned; Priority=High; Secure";
    let end = UNIX_EPOCH + Duration::from_millis(stage.clock.now().as_millis()) + Duration::from_secs(86_400);
    let expires = format!("Max-Age=86400; Expires={}", httpdate::fmt_http_date(end));
    promise(
        "the settings are the cookie's",
        set.cookie_attributes(),
        [format!("{expires}; {common}")],
    );
    promise("the browser has it", browser.reads("n").await.as_str(), "1");
    let removed = browser.visit(pages::sign_out()).await;
    promise(
        "a removal has the cookie's attributes",
        removed.cookie_attributes(),
        [format!("Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; {common}")],
    );
    promise("the browser forgets its cookie", browser.cookie(), None);
}

/// Express calls this `rolling`.
pub async fn a_rolling_cookie_is_sent_with_every_use(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, session_core::SessionManagerBuilder::rolling);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let before = browser.cookie();
    let used = browser.visit(pages::read("n")).await;
    promise("a rolling cookie is sent with every use", used.set_cookies().len(), 1);
    promise("its id stays", browser.cookie(), before);
    let untouched = browser.visit(pages::nothing()).await;
    promise(
        "but not when the session is left alone",
        untouched.set_cookies(),
        [""; 0],
    );
}
