//! Sessions that end while other requests have them.

use super::browser::Browser;
use super::gate::Gate;
use super::pages;
use super::probe::{Answer, PageFuture};
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::verdict::{promise, promise_that};

/// What a late request gets and leaves, when `end` has ended its session meanwhile.
async fn a_late_request_leaves_nothing<P>(adapter: AnyAdapter, how: &str, end: P)
where
    P: FnOnce(session_core::Session) -> PageFuture + Send + 'static,
{
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::sign_in("alice")).await;
    browser.visit(pages::write("n", 1)).await;
    let kept_cookie = browser.copied();
    let (blind, update) = (Gate::new(), Gate::new());
    let late_write = browser.start(pages::write_late(&blind, "n", 2));
    let late_update = browser.start(pages::add_one_late(&update, "n"));
    blind.reached().await;
    update.reached().await;
    browser.visit(end).await;
    promise("the browser has no cookie any more", browser.cookie(), None);
    stage.events.forget();
    blind.open();
    update.open();
    for response in [late_write.end().await, late_update.end().await] {
        promise(
            &format!("a request that is late after {how} keeps its response"),
            (response.status(), response.body.as_str()),
            (200, "fine"),
        );
        promise(
            &format!("a request that is late after {how} sends no cookie"),
            response.set_cookies(),
            [""; 0],
        );
    }
    promise("an event tells of each", stage.events.names(), ["Gone", "Gone"]);
    promise("nothing brings it back", kept_cookie.reads("n").await.as_str(), "none");
    promise(
        "nor its user",
        kept_cookie.visit(pages::who()).await.body.as_str(),
        "nobody",
    );
}

/// Deletion wins.
pub async fn a_late_request_does_not_bring_a_destroyed_session_back(adapter: AnyAdapter) {
    a_late_request_leaves_nothing(adapter, "destroy", pages::destroy()).await;
}

/// The same for a sign-out that keeps nothing.
pub async fn a_late_request_does_not_bring_a_signed_out_session_back(adapter: AnyAdapter) {
    a_late_request_leaves_nothing(adapter, "a sign-out", pages::sign_out()).await;
}

/// And for one that keeps something: nothing is forwarded to what it kept.
pub async fn nothing_follows_a_sign_out_that_keeps_values(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = signed_in(&stage).await;
    let gate = Gate::new();
    let late = browser.start(pages::add_one_late(&gate, "cart"));
    gate.reached().await;
    browser.visit(sign_out_keeping("cart")).await;
    let cookie = browser.cookie();
    gate.open();
    let response = late.end().await;
    promise("the late response stays", response.status(), 200);
    promise("it sends no cookie", response.set_cookies(), [""; 0]);
    promise("the browser keeps the successor", browser.cookie(), cookie);
    promise(
        "nothing of it reaches what the sign-out kept",
        browser.reads("cart").await.as_str(),
        "1",
    );
}

/// What is named stays, under a new id; the rest and the user are gone.
pub async fn a_sign_out_keeps_what_it_names_and_nothing_else(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = signed_in(&stage).await;
    browser.visit(pages::write("secret", 9)).await;
    let before = browser.copied();
    browser.visit(sign_out_keeping("cart")).await;
    promise_that(
        "a sign-out that keeps something gives a new id",
        browser.cookie().is_some() && browser.cookie() != before.cookie(),
        browser.cookie().map(|_| "the old id"),
    );
    promise("what it names stays", browser.reads("cart").await.as_str(), "1");
    promise(
        "what it does not name goes",
        browser.reads("secret").await.as_str(),
        "none",
    );
    promise(
        "nobody is signed in",
        browser.visit(pages::who()).await.body.as_str(),
        "nobody",
    );
    promise("the old id is dead", before.reads("cart").await.as_str(), "none");
}

/// A `destroy` that was asked for before a sign-in moved the session still ends it.
pub async fn a_pending_destroy_follows_a_sign_in(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let gate = Gate::new();
    let at_gate = gate.clone();
    let late = browser.start(move |session| async move {
        session.is_new().await?;
        session.destroy();
        at_gate.pass().await;
        Ok(Answer::ok())
    });
    gate.reached().await;
    browser.visit(pages::sign_in("alice")).await;
    let signed_in = browser.copied();
    gate.open();
    late.end().await;
    promise(
        "a destroy ends the session also where a sign-in has moved it",
        signed_in.visit(pages::who()).await.body.as_str(),
        "nobody",
    );
}

/// Ending a session twice, or one that is not there, is nothing.
pub async fn destroying_what_has_ended_is_nothing(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    promise(
        "nothing to destroy is no error",
        browser.visit(pages::destroy()).await.status(),
        200,
    );
    browser.visit(pages::write("n", 1)).await;
    let other_tab = browser.copied();
    browser.visit(pages::destroy()).await;
    let again = other_tab.visit(pages::destroy()).await;
    promise("destroying twice is no error", again.status(), 200);
}

/// Ends every session of the user, on other devices too.
pub async fn signing_out_everywhere_ends_every_device(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let (phone, laptop) = (stage.browser(), stage.browser());
    for device in [&phone, &laptop] {
        device.visit(pages::sign_in("alice")).await;
        stage.clock.advance(std::time::Duration::from_millis(5));
    }
    let others = laptop
        .visit(|session| async move { Ok(Answer::text(session.revoke_others().await?.to_string())) })
        .await;
    promise("it tells how many others ended", others.body.as_str(), "1");
    promise(
        "the other device is out",
        phone.visit(pages::who()).await.body.as_str(),
        "nobody",
    );
    promise(
        "this one is still in",
        laptop.visit(pages::who()).await.body.as_str(),
        "alice",
    );
    let all = laptop
        .visit(|session| async move { Ok(Answer::text(session.revoke_all().await?.to_string())) })
        .await;
    promise("now there was one", all.body.as_str(), "1");
    promise("its browser forgets the cookie", laptop.cookie(), None);
}

async fn signed_in(stage: &Stage) -> Browser {
    let browser = stage.browser();
    browser.visit(pages::write("cart", 1)).await;
    browser.visit(pages::sign_in("alice")).await;
    browser
}

fn sign_out_keeping(name: &'static str) -> impl FnOnce(session_core::Session) -> PageFuture + Send + 'static {
    move |session| {
        Box::pin(async move {
            session.sign_out_keeping([name]);
            Ok(Answer::ok())
        })
    }
}
