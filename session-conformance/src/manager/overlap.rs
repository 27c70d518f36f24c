//! Requests of one visitor on two nodes.

use std::sync::Arc;

use session_core::{Error, Store};

use super::nodes::{Nodes, Visitor, add_one, set};
use crate::flaky_store::FlakyStore;
use crate::lost_reply_store::LostReplyStore;
use crate::operation::Operation;
use crate::verdict::{joined, kept, promise, promise_that};

const AT_ONCE: u64 = 64;

/// There is nothing between them that could be stale.
pub async fn what_one_node_writes_the_other_reads(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    for round in 1..=4 {
        visitor.does(&nodes.one, |session| set(session, "n", round)).await;
        promise(
            "the other node reads it",
            visitor.reads(&nodes.two, "n").await,
            Some(round),
        );
        visitor.adds_one(&nodes.two, "m").await;
        promise(
            "and the first what the other wrote",
            visitor.reads(&nodes.one, "m").await,
            Some(round),
        );
    }
}

/// Different keys both survive, whoever is first.
pub async fn overlapping_requests_on_two_nodes_lose_no_write(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    let (one, two) = (visitor.open(&nodes.one), visitor.open(&nodes.two));
    for session in [&one, &two] {
        add_one(session, "n").await;
    }
    set(&one, "a", 1);
    two.remove("a");
    set(&two, "b", 2);
    visitor.close(&nodes.two, two).await;
    visitor.close(&nodes.one, one).await;
    for (name, expected) in [("n", 2), ("a", 1), ("b", 2)] {
        promise(
            "nothing of two overlapping requests is lost",
            visitor.reads(&nodes.two, name).await,
            Some(expected),
        );
    }
}

/// In whichever order they come.
pub async fn removals_and_writes_of_one_key_go_by_their_commits(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    for clears_first in [false, true] {
        let mut visitor = nodes.visitor().await;
        let (writes, clears) = (visitor.open(&nodes.one), visitor.open(&nodes.two));
        for session in [&writes, &clears] {
            kept("a store that is well can be read", session.is_new().await);
        }
        set(&writes, "m", 1);
        clears.clear();
        if clears_first {
            visitor.close(&nodes.two, clears).await;
            visitor.close(&nodes.one, writes).await;
        } else {
            visitor.close(&nodes.one, writes).await;
            visitor.close(&nodes.two, clears).await;
        }
        let left = visitor.reads(&nodes.one, "m").await;
        promise(
            "clear removes what was committed before it, and no more",
            left,
            clears_first.then_some(1),
        );
        promise("it removes all else", visitor.reads(&nodes.one, "n").await, None);
        promise("but not the session", visitor.has_session(&nodes.one).await, true);
    }
}

/// Half of them on each node.
pub async fn sixty_four_requests_on_two_nodes_count_to_sixty_four(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    let unknown = count_at_once(&nodes, &visitor, AT_ONCE).await;
    promise("a store that is well leaves nothing unknown", unknown, 0);
    promise(
        "64 overlapping updates of one number add 64 to it",
        visitor.reads(&nodes.one, "n").await,
        Some(AT_ONCE),
    );
}

/// Every third operation happens without an answer. Up to four at once, each finds out what became of its own.
pub async fn numbers_are_exact_although_replies_are_lost(store: Arc<dyn Store>) {
    let losing = LostReplyStore::new(store);
    let losses = losing.plan();
    let nodes = Nodes::new(Arc::new(losing));
    let mut visitor = nodes.visitor().await;
    for round in 1..=16 {
        losses.every(3);
        let unknown = count_at_once(&nodes, &visitor, 4).await;
        losses.nothing();
        promise("each of 4 overlapping updates is known to have happened", unknown, 0);
        let number = visitor.reads(&nodes.one, "n").await;
        promise("and happened once, although replies are lost", number, Some(round * 4));
    }
}

/// Among 64 a record can't remember them all: some can't be known to have happened, and none happens twice.
pub async fn no_update_happens_twice_although_replies_are_lost(store: Arc<dyn Store>) {
    let losing = LostReplyStore::new(store);
    let losses = losing.plan();
    let nodes = Nodes::new(Arc::new(losing));
    let mut visitor = nodes.visitor().await;
    losses.every(3);
    let unknown = count_at_once(&nodes, &visitor, AT_ONCE).await;
    losses.nothing();
    let number = visitor.reads(&nodes.one, "n").await.unwrap_or_default();
    promise_that(
        "what succeeded happened once, and what is unknown at most once",
        (AT_ONCE - unknown..=AT_ONCE).contains(&number),
        (number, unknown),
    );
}

/// A store that fails is a request that fails, and nothing else.
pub async fn what_fails_on_one_node_changes_nothing(store: Arc<dyn Store>) {
    let failing = FlakyStore::new(store);
    let outage = failing.plan();
    outage.nothing();
    let nodes = Nodes::new(Arc::new(failing));
    let mut visitor = nodes.visitor().await;
    let cookie = visitor.cookie().map(str::to_owned);
    for operation in [Operation::Load, Operation::Update] {
        outage.next_of(operation, 1);
        let session = visitor.open(&nodes.one);
        // A careless handler takes the error for an empty session.
        let seen = session.get::<u64>("n").await.ok().flatten();
        set(&session, "m", seen.unwrap_or_default() + 1);
        let ended = visitor.end(&nodes.one, session).await;
        promise("a failure sends no cookie", ended.cookie.as_deref(), None);
        promise(
            "the session is as it was",
            visitor.reads(&nodes.two, "n").await,
            Some(0),
        );
    }
    promise("so is the cookie", visitor.cookie().map(str::to_owned), cookie);
}

/// Adds one to `n` so many times at once, and answers of how many it is unknown whether they did.
async fn count_at_once(nodes: &Nodes, visitor: &Visitor, times: u64) -> u64 {
    let mut requests = Vec::new();
    for number in 0..times {
        let node = if number % 2 == 0 { &nodes.one } else { &nodes.two }.clone();
        let mut visitor = visitor.clone();
        requests.push(tokio::spawn(async move {
            let session = visitor.open(&node);
            add_one(&session, "n").await;
            tokio::task::yield_now().await;
            let ended = visitor.end(&node, session).await;
            let is_unknown = matches!(ended.result, Err(Error::OutcomeUnknown(_)));
            if !is_unknown {
                ended.promise_quiet();
            }
            u64::from(is_unknown)
        }));
    }
    let mut unknown = 0;
    for request in requests {
        unknown += joined(request).await;
    }
    unknown
}
