//! Requests that fail: what they had recorded is dropped, and what was to end ends.

use std::time::Duration;

use session_core::Session;
use tokio::sync::oneshot;

use super::exchange::Connection;
use super::gate::Gate;
use super::pages;
use super::probe::{Answer, PageFuture};
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::verdict::{in_time, kept, promise, promise_that};

/// How long a framework may take to notice that its client has gone, if it ever does.
const NOTICE: Duration = Duration::from_secs(2);

/// Writes, signs in, asks for a new id, and answers with `status`.
fn much_then_status(status: u16) -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    move |session| {
        Box::pin(async move {
            session.update("n", |number: &mut u64| *number += 1).await?;
            session.insert("m", &1)?;
            session.sign_in(pages::owner("alice"));
            Ok(Answer::text("failed").status(status))
        })
    }
}

/// 500 and all above.
pub async fn a_server_error_drops_what_was_recorded(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let cookie = browser.cookie();
    for status in [500, 503, 599] {
        let response = browser.visit(much_then_status(status)).await;
        promise(
            "the handler's own failure is sent",
            (response.status(), response.body.as_str()),
            (status, "failed"),
        );
        promise("a failed request sends no cookie", response.set_cookies(), [""; 0]);
    }
    promise("a failed request leaves the cookie alone", browser.cookie(), cookie);
    promise("and the session's values", browser.reads("n").await.as_str(), "1");
    promise("it adds none", browser.reads("m").await.as_str(), "none");
    promise(
        "and signs nobody in",
        browser.visit(pages::who()).await.body.as_str(),
        "nobody",
    );
}

/// The visitor's mistake is no failure of the server: 4xx commits.
pub async fn a_client_error_keeps_what_was_recorded(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    for status in [302, 404, 422, 499] {
        let response = browser.visit(much_then_status(status)).await;
        promise("the handler's status stays", response.status(), status);
        promise("a sign-in sends its cookie", response.set_cookies().len(), 1);
    }
    promise("what each recorded is kept", browser.reads("n").await.as_str(), "4");
}

/// For applications that want it so.
pub async fn changes_can_be_kept_after_a_server_error(adapter: AnyAdapter) {
    let stage = Stage::with(
        &adapter,
        session_core::SessionManagerBuilder::keep_changes_on_server_error,
    );
    let browser = stage.browser();
    let response = browser.visit(much_then_status(500)).await;
    promise("the handler's status stays", response.status(), 500);
    promise(
        "the sign-in happens, for the application asked for it",
        browser.visit(pages::who()).await.body.as_str(),
        "alice",
    );
}

/// Who wants out gets out: `end` happens although the request fails.
async fn an_end_happens_after_a_server_error<P>(adapter: AnyAdapter, what: &str, end: P)
where
    P: FnOnce(Session) -> PageFuture + Send + 'static,
{
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::sign_in("alice")).await;
    let old = browser.copied();
    let response = browser
        .visit(move |session| async move {
            session.insert("m", &1)?;
            Ok(end(session).await?.status(500))
        })
        .await;
    promise("the handler's failure is sent", response.status(), 500);
    promise(
        &format!("{what} happens on a 5xx too"),
        old.visit(pages::who()).await.body.as_str(),
        "nobody",
    );
    promise("the browser's cookie is removed", browser.cookie(), None);
}

/// `destroy` is not undone by what fails after it.
pub async fn a_destroy_happens_although_the_request_fails(adapter: AnyAdapter) {
    an_end_happens_after_a_server_error(adapter, "destroy", pages::destroy()).await;
}

/// Nor is a sign-out.
pub async fn a_sign_out_happens_although_the_request_fails(adapter: AnyAdapter) {
    an_end_happens_after_a_server_error(adapter, "a sign-out", pages::sign_out()).await;
}

#[expect(clippy::panic, reason = "that is what is tried")]
fn write_and_panic() -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    |session| {
        Box::pin(async move {
            session.update("n", |number: &mut u64| *number += 1).await?;
            session.sign_in(pages::owner("alice"));
            panic!("as the case wants it")
        })
    }
}

/// Whatever the framework answers, if anything.
pub async fn a_panic_drops_what_was_recorded(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let cookie = browser.cookie();
    if let Ok(response) = browser.start(write_and_panic()).outcome().await {
        promise_that("a panic is a server error", response.status() >= 500, response.status());
        promise("it sends no cookie", response.set_cookies(), [""; 0]);
    }
    promise("a panic leaves the cookie alone", browser.cookie(), cookie);
    promise("and the session as it was", browser.reads("n").await.as_str(), "1");
    promise(
        "nobody is signed in",
        browser.visit(pages::who()).await.body.as_str(),
        "nobody",
    );
}

/// Where the framework stops a handler whose client has gone, nothing of it is stored; where it does not, the handler ends
/// like any other.
pub async fn a_cancelled_request_drops_what_was_recorded(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let (gate, (alive, mut ended)) = (Gate::new(), oneshot::channel::<()>());
    let at_gate = gate.clone();
    let (address, path, headers) = browser.prepare(move |session| async move {
        let _alive = alive;
        session.update("n", |number: &mut u64| *number += 1).await?;
        at_gate.pass().await;
        Ok(Answer::ok())
    });
    let mut connection = kept("the server accepts", Connection::to(address).await);
    kept("the server reads", connection.send(&path, &headers).await);
    gate.reached().await;
    drop(connection);
    let is_cancelled = tokio::time::timeout(NOTICE, &mut ended).await.is_ok();
    if is_cancelled {
        promise(
            "a cancelled request stores nothing",
            browser.reads("n").await.as_str(),
            "1",
        );
    } else {
        gate.open();
        let end = in_time("a handler that is not cancelled comes to its end", ended).await;
        promise_that("it ends by itself", end.is_err(), "still there");
    }
    let next = browser.visit(pages::write("n", 5)).await;
    promise("the session goes on", next.status(), 200);
    promise("as any other", browser.reads("n").await.as_str(), "5");
}

/// `save` is a commit of its own.
pub async fn what_save_stored_survives_a_later_failure_and_its_cookie_is_sent(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    let response = browser
        .visit(|session| async move {
            session.insert("saved", &1)?;
            session.save().await?;
            session.insert("dropped", &1)?;
            Ok(Answer::text("failed").status(500))
        })
        .await;
    promise("the handler's failure is sent", response.status(), 500);
    promise(
        "the cookie of what save stored is sent all the same",
        response.set_cookies().len(),
        1,
    );
    promise("what save stored stays", browser.reads("saved").await.as_str(), "1");
    promise(
        "what came after does not",
        browser.reads("dropped").await.as_str(),
        "none",
    );
}

/// The same where it is the last commit that fails.
pub async fn what_save_stored_survives_a_failing_commit_and_its_cookie_is_sent(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    let outage = stage.outage.clone();
    let response = browser
        .visit(move |session| async move {
            session.insert("saved", &1)?;
            session.save().await?;
            outage.everything();
            session.insert("dropped", &1)?;
            Ok(Answer::ok())
        })
        .await;
    stage.outage.nothing();
    promise("the failing commit is told", response.status(), 503);
    promise(
        "the cookie of what save stored is sent all the same",
        response.set_cookies().len(),
        1,
    );
    promise("what save stored stays", browser.reads("saved").await.as_str(), "1");
    promise(
        "what came after does not",
        browser.reads("dropped").await.as_str(),
        "none",
    );
}
