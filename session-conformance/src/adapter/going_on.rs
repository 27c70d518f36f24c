//! Going on while the store fails, as far as that is safe.

use super::outage::{is_as_it_was, is_refused, signed_in};
use super::pages;
use super::probe::Answer;
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::operation::Operation;
use crate::verdict::{promise, promise_that};

/// For those who would rather show a page without its user than none.
pub async fn without_its_store_an_application_can_go_on_reading(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, session_core::SessionManagerBuilder::go_on_without_store);
    let browser = signed_in(&stage).await;
    let cookie = browser.cookie();
    stage.outage.everything();
    let read = browser.visit(pages::read("n")).await;
    promise(
        "reading goes on, without a session",
        (read.status(), read.body.as_str()),
        (200, "none"),
    );
    promise("and without a cookie", read.set_cookies(), [""; 0]);
    is_refused(&browser.visit(pages::write("n", 9)).await);
    let both = browser
        .visit(|session| async move {
            let seen = session.get::<u64>("n").await?.unwrap_or_default();
            session.insert("n", &(seen + 1))?;
            Ok(Answer::ok())
        })
        .await;
    is_refused(&both);
    stage.outage.nothing();
    is_as_it_was(&browser, cookie).await;
}

/// It did not know what it wrote over.
pub async fn what_was_written_without_the_store_is_not_stored_when_it_is_back(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, session_core::SessionManagerBuilder::go_on_without_store);
    let browser = signed_in(&stage).await;
    let cookie = browser.cookie();
    stage.outage.next_of(Operation::Load, 1);
    is_refused(&browser.visit(pages::add_one("n")).await);
    stage.outage.next_of(Operation::Load, 1);
    let by_hand = browser
        .visit(|session| async move {
            let seen = session.get::<u64>("n").await?.unwrap_or_default();
            session.insert("n", &(seen + 8))?;
            Ok(Answer::ok())
        })
        .await;
    is_refused(&by_hand);
    stage.outage.nothing();
    is_as_it_was(&browser, cookie).await;
}

/// To end a session nothing need be known of it.
pub async fn a_sign_out_without_the_store_happens_when_it_is_back(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, session_core::SessionManagerBuilder::go_on_without_store);
    let browser = signed_in(&stage).await;
    let before = browser.copied();
    stage.outage.next_of(Operation::Load, 1);
    let response = browser
        .visit(|session| async move {
            let owner = session.owner().await?;
            session.sign_out();
            Ok(Answer::text(owner.map_or("nobody", |_| "somebody")))
        })
        .await;
    promise(
        "the page goes on",
        (response.status(), response.body.as_str()),
        (200, "nobody"),
    );
    promise(
        "the session is ended",
        before.visit(pages::who()).await.body.as_str(),
        "nobody",
    );
    promise("and its cookie removed", browser.cookie(), None);
}

/// A page that was only read has said nothing that has not happened.
pub async fn an_end_that_can_not_slide_is_no_error(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = signed_in(&stage).await;
    stage.clock.advance(std::time::Duration::from_secs(10 * 60));
    stage.outage.when(|operation| operation == Operation::Touch);
    promise(
        "a page that was only read is sent",
        browser.reads("n").await.as_str(),
        "1",
    );
    let failed = browser
        .visit(|session| async move {
            session.update("n", |number: &mut u64| *number += 1).await?;
            Ok(Answer::text("my own").status(500))
        })
        .await;
    promise(
        "so is a page that failed by itself",
        (failed.status(), failed.body.as_str()),
        (500, "my own"),
    );
    promise_that(
        "the store was asked",
        stage.counts.of(Operation::Touch) > 0,
        stage.counts.all(),
    );
}

/// What was ended stays ended, and the client learns that the rest failed.
pub async fn a_session_that_ends_where_the_next_can_not_begin_is_a_503_with_a_removal(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = signed_in(&stage).await;
    let before = browser.copied();
    stage.outage.when(|operation| operation == Operation::Create);
    let response = browser
        .visit(|session| async move {
            session.destroy();
            session.insert("n", &2)?;
            Ok(Answer::ok())
        })
        .await;
    stage.outage.nothing();
    promise("the failed beginning is told", response.status(), 503);
    promise(
        "what was ended has ended",
        before.visit(pages::who()).await.body.as_str(),
        "nobody",
    );
    promise("so its cookie is removed", browser.cookie(), None);
}
