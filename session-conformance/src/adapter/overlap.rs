//! Requests of one visitor that overlap.

use super::gate::Gate;
use super::pages;
use super::probe::Answer;
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::operation::Operation;
use crate::verdict::{joined, promise, promise_that};

/// Each request writes what it changed, and nothing else.
pub async fn overlapping_writes_of_different_keys_both_survive(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 0)).await;
    let gate = Gate::new();
    let late = browser.start(pages::write_late(&gate, "late", 1));
    gate.reached().await;
    browser.visit(pages::write("early", 2)).await;
    gate.open();
    promise("the later request succeeds", late.end().await.status(), 200);
    for (name, value) in [("early", "2"), ("late", "1"), ("n", "0")] {
        promise(
            "two overlapping requests that write different keys both survive",
            (name, browser.reads(name).await.as_str()),
            (name, value),
        );
    }
}

/// On one key, whoever commits last wins.
pub async fn of_overlapping_writes_of_one_key_the_last_commit_wins(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 0)).await;
    let gate = Gate::new();
    let late = browser.start(pages::write_late(&gate, "n", 1));
    gate.reached().await;
    browser.visit(pages::write("n", 2)).await;
    gate.open();
    late.end().await;
    promise(
        "the last commit of one key wins",
        browser.reads("n").await.as_str(),
        "1",
    );
}

/// Fifty at once, held up until all have read the same value.
pub async fn overlapping_updates_of_one_key_are_exact(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 0)).await;
    let mut visits = Vec::new();
    for _ in 0..50 {
        let gate = Gate::new();
        visits.push((browser.start(pages::add_one_late(&gate, "n")), gate));
    }
    for (_, gate) in &visits {
        gate.reached().await;
    }
    for (_, gate) in &visits {
        gate.open();
    }
    for (visit, _) in visits {
        let response = visit.end().await;
        promise("every one of 50 overlapping updates succeeds", response.status(), 200);
    }
    promise(
        "50 overlapping updates of one number add 50 to it",
        browser.reads("n").await.as_str(),
        "50",
    );
}

/// They have no id in common, so neither can know of the other.
pub async fn overlapping_first_requests_get_sessions_of_their_own(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let (one, two) = (stage.browser(), stage.browser());
    let (gate_one, gate_two) = (Gate::new(), Gate::new());
    let first = one.start(pages::add_one_late(&gate_one, "n"));
    let second = two.start(pages::add_one_late(&gate_two, "n"));
    gate_one.reached().await;
    gate_two.reached().await;
    gate_one.open();
    gate_two.open();
    first.end().await;
    second.end().await;
    promise_that(
        "first requests without a cookie make sessions of their own",
        one.cookie() != two.cookie(),
        "the same id twice",
    );
    for browser in [one, two] {
        promise("and each has its own values", browser.reads("n").await.as_str(), "1");
    }
}

/// Whatever it spawns, as long as it waits for it.
pub async fn tasks_of_one_request_share_its_session(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let browser = stage.browser();
    browser.visit(pages::write("n", 0)).await;
    stage.counts.reset();
    let response = browser
        .visit(|session| async move {
            let tasks: Vec<_> = (0..20)
                .map(|_| {
                    let session = session.clone();
                    tokio::spawn(async move { session.update("n", |number: &mut u64| *number += 1).await })
                })
                .collect();
            for task in tasks {
                joined(task).await?;
            }
            Ok(Answer::ok())
        })
        .await;
    promise("tasks of one request can share its session", response.status(), 200);
    promise("each of their updates counts", browser.reads("n").await.as_str(), "20");
    promise("and they are one write", stage.counts.of(Operation::Update), 1);
}
