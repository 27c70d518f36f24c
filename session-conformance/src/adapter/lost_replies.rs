//! Stores that do what they are asked and can't say so.

use std::time::Duration;

use super::pages;
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::operation::Operation;
use crate::verdict::{promise, promise_that};

/// The retry finds its own revision in the record.
pub async fn an_update_whose_reply_was_lost_is_applied_once(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    stage.losses.next_of(Operation::Update, 1);
    promise(
        "a lost reply is asked for again",
        browser.visit(pages::add_one("n")).await.status(),
        200,
    );
    promise("and the update is applied once", browser.reads("n").await.as_str(), "2");
    stage.losses.next_of(Operation::Load, 1);
    promise("a lost load is asked for again", browser.reads("n").await.as_str(), "2");
}

/// A creation, a rotation and an end.
pub async fn a_session_begins_moves_and_ends_once_although_replies_are_lost(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    stage.losses.next_of(Operation::Create, 1);
    promise(
        "a creation succeeds",
        browser.visit(pages::write("n", 1)).await.status(),
        200,
    );
    promise("and leads to its value", browser.reads("n").await.as_str(), "1");
    let before = browser.copied();
    stage.losses.next_of(Operation::Rotate, 1);
    promise(
        "a rotation succeeds",
        browser.visit(pages::sign_in("alice")).await.status(),
        200,
    );
    promise(
        "and leads to its user",
        browser.visit(pages::who()).await.body.as_str(),
        "alice",
    );
    promise("the old id is dead", before.reads("n").await.as_str(), "none");
    let signed_in = browser.copied();
    stage.losses.next_of(Operation::Delete, 1);
    promise("an end succeeds", browser.visit(pages::sign_out()).await.status(), 200);
    promise("the browser forgets its cookie", browser.cookie(), None);
    promise(
        "and the session is gone",
        signed_in.visit(pages::who()).await.body.as_str(),
        "nobody",
    );
}

/// A success would be a lie, and a second run could double it.
pub async fn an_update_whose_outcome_stays_unknown_is_a_503_and_is_not_run_again(adapter: AnyAdapter) {
    let limit = Duration::from_millis(300);
    let stage = Stage::with(&adapter, move |builder| builder.operation_timeout(limit));
    let browser = stage.browser();
    browser.visit(pages::write("n", 1)).await;
    let cookie = browser.cookie();
    stage.losses.when(|operation| operation == Operation::Update);
    let response = browser.visit(pages::add_one("n")).await;
    stage.losses.nothing();
    promise("an unknown outcome is a 503", response.status(), 503);
    promise("which sends no cookie", response.set_cookies(), [""; 0]);
    promise("and leaves the browser's alone", browser.cookie(), cookie);
    let value = browser.reads("n").await;
    promise_that(
        "what may have happened happened at most once",
        value == "1" || value == "2",
        &value,
    );
    browser.visit(pages::add_one("n")).await;
    let next = browser.reads("n").await;
    let from_there = value.parse().map(|value: u64| (value + 1).to_string());
    promise("the session goes on from there", Ok(next), from_there);
}
