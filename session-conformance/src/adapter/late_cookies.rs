//! Responses that come late must not put an old id back into the browser.

use session_core::Session;

use super::browser::Browser;
use super::gate::Gate;
use super::pages;
use super::probe::{Answer, PageFuture};
use super::serve::AnyAdapter;
use super::stage::{Setting, Stage};
use crate::verdict::promise;

/// Signs in while `late` is held up, then lets it end.
async fn a_sign_in_stays<P>(browser: &Browser, what: &str, gate: &Gate, late: P)
where
    P: FnOnce(Session) -> PageFuture + Send + 'static,
{
    let visit = browser.start(late);
    gate.reached().await;
    browser.visit(pages::sign_in("alice")).await;
    let cookie = browser.cookie();
    gate.open();
    let response = visit.end().await;
    promise(
        &format!("{what} that ends after a sign-in keeps its response"),
        response.status(),
        200,
    );
    promise("and sends no cookie", response.set_cookies(), [""; 0]);
    promise("so the browser keeps the new one", browser.cookie(), cookie);
    promise(
        "and the user is in",
        browser.visit(pages::who()).await.body.as_str(),
        "alice",
    );
}

/// A browser whose cookie an older key of the ring has signed, and the server that knows both keys.
async fn with_an_older_cookie(adapter: &AnyAdapter) -> (Stage, Browser) {
    let before = Setting::new(adapter).keys([[1; 32]]).serve();
    let browser = before.browser();
    browser.visit(pages::write("n", 1)).await;
    let stage = before.another().keys([[2; 32], [1; 32]]).serve();
    let browser = browser.moved_to(&stage);
    (stage, browser)
}

/// Although its cookie would be due to be issued anew.
pub async fn a_late_read_does_not_issue_an_old_id_anew(adapter: AnyAdapter) {
    let (_stage, browser) = with_an_older_cookie(&adapter).await;
    let gate = Gate::new();
    a_sign_in_stays(&browser, "a read", &gate, read_late(&gate)).await;
}

/// Nor does one whose change follows the session.
pub async fn a_late_update_does_not_issue_an_old_id_anew(adapter: AnyAdapter) {
    let (_stage, browser) = with_an_older_cookie(&adapter).await;
    let gate = Gate::new();
    a_sign_in_stays(&browser, "an update", &gate, pages::add_one_late(&gate, "n")).await;
    promise("the update has followed", browser.reads("n").await.as_str(), "2");
}

/// Not even where the cookie is sent with every use.
pub async fn a_late_update_does_not_roll_an_old_id(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, session_core::SessionManagerBuilder::rolling);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let gate = Gate::new();
    let visit = browser.start(pages::add_one_late(&gate, "n"));
    gate.reached().await;
    browser.visit(pages::sign_in("alice")).await;
    let cookie = browser.cookie();
    gate.open();
    promise(
        "an update that follows a sign-in sends no cookie",
        visit.end().await.set_cookies(),
        [""; 0],
    );
    promise("so the browser keeps the new one", browser.cookie(), cookie);
}

fn read_late(gate: &Gate) -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    let gate = gate.clone();
    move |session| {
        Box::pin(async move {
            session.get::<u64>("n").await?;
            gate.pass().await;
            Ok(Answer::ok())
        })
    }
}
