//! Requests that have no need of their session.

use super::pages;
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::verdict::promise;

/// Nothing is asked of the store, with a cookie and without one.
pub async fn a_request_that_leaves_its_session_alone_makes_no_store_call(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::nothing()).await;
    let promised = "a request that does not touch its session makes no store call";
    promise(promised, stage.counts.total(), 0);
    browser.visit(pages::write("n", 1)).await;
    stage.counts.reset();
    promise(
        "the handler answers",
        browser.visit(pages::nothing()).await.status(),
        200,
    );
    promise(promised, stage.counts.total(), 0);
}

/// Caches may keep the response, and it sets no cookie.
pub async fn a_request_that_leaves_its_session_alone_gets_no_header(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    let without_cookie = browser.visit(pages::nothing()).await;
    browser.visit(pages::write("n", 1)).await;
    let with_cookie = browser.visit(pages::nothing()).await;
    for response in [without_cookie, with_cookie] {
        for name in ["set-cookie", "vary", "cache-control"] {
            promise(
                &format!("the response of an untouched session has no {name}"),
                response.all(name),
                [""; 0],
            );
        }
    }
}

/// Looking costs one load, and makes no session.
pub async fn a_visitor_who_only_looks_gets_no_session(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    let response = browser.visit(pages::read("n")).await;
    promise("a read of nothing finds nothing", response.body.as_str(), "none");
    promise("reading makes no session", response.set_cookies(), [""; 0]);
    promise("without a cookie there is nothing to load", stage.counts.total(), 0);
}
