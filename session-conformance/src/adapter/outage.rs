//! Stores that fail: unknown is not absent.

use std::time::Duration;

use session_core::Session;

use super::browser::Browser;
use super::pages;
use super::probe::{Answer, PageFuture};
use super::response::Response;
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::operation::Operation;
use crate::verdict::{promise, promise_that};

/// Shorter than the default, for it is waited for.
const LIMIT: Duration = Duration::from_millis(300);

/// A signed-in visitor with a number.
pub(super) async fn signed_in(stage: &Stage) -> Browser {
    let browser = stage.browser();
    browser.visit(pages::sign_in("alice")).await;
    browser.visit(pages::write("n", 1)).await;
    browser
}

/// Nothing happened to the session or its cookie.
pub(super) async fn is_as_it_was(browser: &Browser, cookie: Option<String>) {
    promise("an outage leaves the cookie alone", browser.cookie(), cookie);
    promise("and the session's values", browser.reads("n").await.as_str(), "1");
    promise("and its user", browser.visit(pages::who()).await.body.as_str(), "alice");
}

pub(super) fn is_refused(response: &Response) {
    promise("a store that fails is a 503", response.status(), 503);
    promise_that(
        "with Retry-After",
        response.all("retry-after").len() == 1,
        &response.head,
    );
    promise("and without a cookie", response.set_cookies(), [""; 0]);
    tells_nothing(response);
}

/// Clients learn the status, logs learn why.
fn tells_nothing(response: &Response) {
    let body = response.body.to_ascii_lowercase();
    let said = ["store", "session", "planned", "unavailable: ", "decode", "limit"]
        .into_iter()
        .find(|word| body.contains(word));
    promise("a client learns the status and nothing else", said, None::<&str>);
}

/// A read that fails is no "signed out".
pub async fn a_store_that_can_not_be_read_is_a_503_and_no_sign_out(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = signed_in(&stage).await;
    let cookie = browser.cookie();
    stage.outage.everything();
    is_refused(&browser.visit(pages::read("n")).await);
    is_refused(&browser.visit(pages::who()).await);
    is_refused(&browser.visit(pages::add_one("n")).await);
    stage.outage.nothing();
    is_as_it_was(&browser, cookie).await;
}

/// `act` can't be committed while `operation` fails: its 200 is not sent.
async fn a_commit_that_fails_is_told<P>(adapter: AnyAdapter, operation: Operation, act: P)
where
    P: FnOnce(Session) -> PageFuture + Send + 'static,
{
    let stage = Stage::new(&adapter);
    let browser = signed_in(&stage).await;
    let cookie = browser.cookie();
    stage.outage.when(move |came| came == operation);
    let response = browser
        .visit(move |session| async move {
            let answer = act(session).await?;
            Ok(Answer::text("it is stored")
                .header("x-order", "42")
                .status(answer.status))
        })
        .await;
    stage.outage.nothing();
    is_refused(&response);
    promise(
        "what the handler said has not happened, so none of it is sent",
        (response.body.contains("stored"), response.all("x-order")),
        (false, Vec::new()),
    );
    is_as_it_was(&browser, cookie).await;
}

/// The handler said 200 and the save failed.
pub async fn the_200_of_a_failed_update_is_not_sent(adapter: AnyAdapter) {
    a_commit_that_fails_is_told(adapter, Operation::Update, pages::write("n", 9)).await;
}

/// Nor that of a failed rotation.
pub async fn the_200_of_a_failed_sign_in_is_not_sent(adapter: AnyAdapter) {
    a_commit_that_fails_is_told(adapter, Operation::Rotate, pages::sign_in("bob")).await;
}

/// Nor that of a failed sign-out, whose user would think to be out.
pub async fn the_200_of_a_failed_sign_out_is_not_sent(adapter: AnyAdapter) {
    a_commit_that_fails_is_told(adapter, Operation::Delete, pages::sign_out()).await;
}

/// Nor that of a failed creation, whose cookie would lead nowhere.
pub async fn the_cookie_of_a_failed_creation_is_not_sent(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    stage.outage.next_of(Operation::Create, 1);
    let browser = stage.browser();
    is_refused(&browser.visit(pages::write("n", 1)).await);
    promise("the browser has no cookie", browser.cookie(), None);
    promise(
        "trying again works",
        browser.visit(pages::write("n", 1)).await.status(),
        200,
    );
    promise("as if nothing had been", browser.reads("n").await.as_str(), "1");
}

/// Even where the handler takes the error for an empty session.
pub async fn one_failed_load_never_leads_to_an_overwrite(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = signed_in(&stage).await;
    let cookie = browser.cookie();
    stage.outage.next_of(Operation::Load, 1);
    let careless = |session: Session| async move {
        let seen = session.get::<u64>("n").await.ok().flatten();
        session.insert("m", &1)?;
        Ok(Answer::text(seen.map_or("none", |_| "some")))
    };
    let response = browser.visit(careless).await;
    promise("the load failed", response.body != "some", true);
    stage.outage.nothing();
    is_as_it_was(&browser, cookie.clone()).await;
    stage.outage.when(|operation| operation == Operation::Load);
    is_refused(&browser.visit(careless).await);
    stage.outage.nothing();
    is_as_it_was(&browser, cookie).await;
}

/// After the time limit, which is one for the whole operation.
pub async fn a_store_that_hangs_is_a_503_after_the_time_limit(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, |builder| builder.operation_timeout(LIMIT));
    let browser = signed_in(&stage).await;
    let cookie = browser.cookie();
    stage.stall.everything();
    is_refused(&browser.visit(pages::read("n")).await);
    stage.stall.nothing();
    is_as_it_was(&browser, cookie).await;
}

/// So the head of a response waits for its commit: a store that hangs on the write makes a 503, not a 200.
pub async fn the_head_waits_for_the_commit(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, |builder| builder.operation_timeout(LIMIT));
    let browser = signed_in(&stage).await;
    let cookie = browser.cookie();
    stage.stall.when(|operation| operation == Operation::Update);
    stage.events.forget();
    is_refused(&browser.visit(pages::write("n", 9)).await);
    stage.stall.nothing();
    promise_that(
        "an event says that it failed",
        stage.events.names().contains(&"Failed".to_owned()),
        stage.events.names(),
    );
    is_as_it_was(&browser, cookie).await;
}

/// They have no business with it.
pub async fn a_store_that_hangs_does_not_delay_untouched_requests(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, |builder| builder.operation_timeout(Duration::from_secs(3)));
    let browser = signed_in(&stage).await;
    stage.stall.everything();
    let stalled = browser.start(pages::read("n"));
    for _ in 0..10 {
        promise(
            "an untouched request is answered",
            browser.visit(pages::nothing()).await.status(),
            200,
        );
    }
    promise("while the store hangs", stalled.is_over(), false);
    promise("which is a 503 in the end", stalled.end().await.status(), 503);
}

/// Errors of every kind, to the handler by `?` and to the client by its status.
pub async fn an_error_tells_the_client_its_status_and_nothing_else(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = signed_in(&stage).await;
    let undecodable = browser
        .visit(|session| async move {
            session.get::<String>("n").await?;
            Ok(Answer::ok())
        })
        .await;
    promise("a value of another type is a 500", undecodable.status(), 500);
    promise(
        "which trying again does not help",
        undecodable.all("retry-after"),
        [""; 0],
    );
    tells_nothing(&undecodable);
    stage.outage.everything();
    is_refused(&browser.visit(pages::read("n")).await);
}
