//! The handler's own headers beside those of the session.

use session_core::{CachePolicy, Session};

use super::pages;
use super::probe::{Answer, PageFuture};
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::verdict::{promise, promise_that};

/// Writes to the session and answers with these headers too.
fn write_with(headers: &'static [(&'static str, &'static str)]) -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    move |session| {
        Box::pin(async move {
            session.update("n", |number: &mut u64| *number += 1).await?;
            let answer = headers
                .iter()
                .fold(Answer::ok(), |answer, (name, value)| answer.header(name, value));
            Ok(answer)
        })
    }
}

/// Ours is one more `Set-Cookie`.
pub async fn the_handlers_own_cookies_stay(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    let theirs = &[("set-cookie", "theme=dark; Path=/"), ("set-cookie", "lang=de; Path=/")];
    let response = browser.visit(write_with(theirs)).await;
    promise(
        "the handler's cookies and the session's are all set",
        response.set_cookies().len(),
        3,
    );
    for cookie in ["theme=dark; Path=/", "lang=de; Path=/"] {
        promise_that(
            "each as it was",
            response.set_cookies().contains(&cookie),
            response.set_cookies(),
        );
    }
    promise(
        "the session is found among them",
        browser.reads("n").await.as_str(),
        "1",
    );
    let later = browser.visit(write_with(theirs)).await;
    promise(
        "and they stay where the session sends none",
        later.set_cookies().len(),
        2,
    );
}

/// A shared cache that ignored `Cookie` would hand one visitor's page to another.
pub async fn a_used_session_is_told_to_caches(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    for (what, response) in [
        ("a read without a session", browser.visit(pages::read("n")).await),
        ("a first write", browser.visit(pages::write("n", 1)).await),
        ("a write that reads nothing", browser.visit(pages::write("n", 2)).await),
        ("a read", browser.visit(pages::read("n")).await),
        ("an end", browser.visit(pages::destroy()).await),
    ] {
        promise(
            &format!("{what} varies by cookie"),
            response.members("vary"),
            ["cookie"],
        );
        promise(
            &format!("{what} is not to be stored"),
            response.all("cache-control"),
            ["no-store"],
        );
    }
}

/// `Vary` grows; the name is not said twice, and `*` says it all.
pub async fn the_handlers_vary_stays(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    let response = browser
        .visit(write_with(&[("vary", "Accept-Encoding, Accept-Language")]))
        .await;
    let mut members = response.members("vary");
    members.sort();
    promise(
        "the handler's Vary stays, and ours joins it",
        members,
        ["accept-encoding", "accept-language", "cookie"],
    );
    let named = browser.visit(write_with(&[("vary", "cookie, Accept")])).await;
    let times = named
        .members("vary")
        .iter()
        .filter(|member| *member == "cookie")
        .count();
    promise("Cookie is named once", times, 1);
    let all = browser.visit(write_with(&[("vary", "*")])).await;
    promise_that(
        "and `*` stays",
        all.members("vary").contains(&"*".to_owned()),
        all.members("vary"),
    );
}

/// The handler knows better.
pub async fn the_handlers_cache_control_stays(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    let response = browser
        .visit(write_with(&[("cache-control", "private, max-age=60")]))
        .await;
    promise(
        "the handler's Cache-Control stays, alone",
        response.all("cache-control"),
        ["private, max-age=60"],
    );
    promise("Vary joins it", response.members("vary"), ["cookie"]);
}

/// For applications that want the back button to work.
pub async fn the_cache_policy_can_be_private(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, |builder| builder.cache_policy(CachePolicy::Private));
    let response = stage.browser().visit(pages::write("n", 1)).await;
    promise(
        "the policy is the settings'",
        response.all("cache-control"),
        ["private"],
    );
}

/// A failed commit is nobody's page, so no cache may keep it.
pub async fn a_refusal_is_not_to_be_stored(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    stage.outage.everything();
    for response in [
        browser.visit(pages::read("n")).await,
        browser
            .visit(write_with(&[("cache-control", "public, max-age=60")]))
            .await,
        browser.visit(pages::write("n", 2)).await,
    ] {
        promise(
            "a refusal is not to be stored",
            response.all("cache-control"),
            ["no-store"],
        );
    }
}
