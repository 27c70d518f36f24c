//! New ids that one node gives while the other has the session.

use std::sync::Arc;
use std::time::Duration;

use session_core::{Session, Store};

use super::nodes::{Nodes, Visitor, add_one, owner, set};
use crate::verdict::{joined, kept, promise, promise_that};

/// The cart stays exact.
pub async fn an_update_follows_a_sign_in_on_the_other_node(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    let before = visitor.clone();
    let late = visitor.open(&nodes.two);
    add_one(&late, "n").await;
    visitor
        .does(&nodes.one, |session| session.sign_in(owner("alice")))
        .await;
    before.clone().end(&nodes.two, late).await.promise_quiet();
    promise(
        "an update follows a sign-in",
        visitor.reads(&nodes.one, "n").await,
        Some(1),
    );
    promise(
        "who is signed in",
        visitor.owner(&nodes.two).await,
        Some(owner("alice")),
    );
}

/// Whoever planted the id could otherwise write into the signed-in session.
pub async fn a_blind_write_does_not_follow_a_sign_in_on_the_other_node(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    let before = visitor.clone();
    let late = visitor.open(&nodes.two);
    add_one(&late, "n").await;
    set(&late, "planted", 1);
    visitor
        .does(&nodes.one, |session| session.sign_in(owner("alice")))
        .await;
    nodes.events.forget();
    before.clone().end(&nodes.two, late).await.promise_quiet();
    promise_that(
        "an event says that a write was dropped",
        nodes.events.names().contains(&"Dropped".to_owned()),
        nodes.events.names(),
    );
    promise(
        "a blind write does not follow a sign-in",
        visitor.reads(&nodes.one, "planted").await,
        None,
    );
    promise(
        "the update beside it does",
        visitor.reads(&nodes.one, "n").await,
        Some(1),
    );
}

/// Along a chain of them.
pub async fn changes_follow_several_new_ids(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    let before = visitor.clone();
    let late = visitor.open(&nodes.two);
    add_one(&late, "n").await;
    set(&late, "m", 3);
    for node in [&nodes.one, &nodes.two, &nodes.one] {
        visitor.does(node, Session::regenerate).await;
    }
    before.clone().end(&nodes.two, late).await.promise_quiet();
    promise("an update follows", visitor.reads(&nodes.two, "n").await, Some(1));
    promise("so does a write", visitor.reads(&nodes.two, "m").await, Some(3));
}

/// Not even while changes are still forwarded.
pub async fn nobody_reads_through_an_old_id_on_either_node(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let rotations: [fn(&Session); 2] = [Session::regenerate, |session| session.sign_in(owner("alice"))];
    for rotate in rotations {
        let mut visitor = nodes.visitor().await;
        let mut old = visitor.clone();
        visitor.does(&nodes.one, rotate).await;
        for node in [&nodes.one, &nodes.two] {
            promise("nobody reads through an old id", old.reads(node, "n").await, None);
            promise("nor sees a user", old.owner(node).await, None);
            promise("the new one is good", visitor.reads(node, "n").await, Some(0));
        }
        let ended = old.does(&nodes.two, |session| set(session, "n", 9)).await;
        promise("a write through it is dropped", ended.cookie.as_deref(), None);
        promise(
            "and does not reach the session",
            visitor.reads(&nodes.one, "n").await,
            Some(0),
        );
    }
}

/// After the forwarding time, or where there is none.
pub async fn nothing_follows_where_there_is_no_forwarding(store: Arc<dyn Store>) {
    let without = |builder: session_core::SessionManagerBuilder| builder.forwarding_time(Duration::ZERO);
    let nodes = Nodes::with(store, without, without);
    let mut visitor = nodes.visitor().await;
    let before = visitor.clone();
    let late = visitor.open(&nodes.two);
    add_one(&late, "n").await;
    visitor.does(&nodes.one, Session::regenerate).await;
    nodes.events.forget();
    before.clone().end(&nodes.two, late).await.promise_quiet();
    promise(
        "without forwarding nothing follows",
        visitor.reads(&nodes.one, "n").await,
        Some(0),
    );
    promise_that(
        "and an event says so",
        nodes.events.names().contains(&"Gone".to_owned()),
        nodes.events.names(),
    );
}

/// A double click that meets two nodes.
pub async fn two_sign_ins_on_two_nodes_end_with_two_living_sessions(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let visitor = nodes.visitor().await;
    let (mut one, mut two) = (visitor.clone(), visitor.clone());
    let (first, second) = (one.open(&nodes.one), two.open(&nodes.two));
    for session in [&first, &second] {
        kept("a store that is well can be read", session.is_new().await);
        session.sign_in(owner("alice"));
    }
    one.close(&nodes.one, first).await;
    two.close(&nodes.two, second).await;
    promise_that(
        "each has an id of its own",
        one.cookie() != two.cookie(),
        "one id for two",
    );
    for mut visitor in [one, two] {
        promise(
            "each is signed in",
            visitor.owner(&nodes.one).await,
            Some(owner("alice")),
        );
        promise("with what it had loaded", visitor.reads(&nodes.two, "n").await, Some(0));
    }
    let listed = kept(
        "a store that is well can list",
        nodes.two.sessions_of(&owner("alice")).await,
    );
    promise("and the user sees both", listed.len(), 2);
}

/// While the other node counts.
pub async fn a_new_id_among_many_updates_loses_none(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    for _ in 0..8 {
        let visitor = nodes.visitor().await;
        let mut opened = Vec::new();
        for number in 0..16 {
            let node = if number % 2 == 0 { &nodes.one } else { &nodes.two }.clone();
            let session = visitor.open(&node);
            add_one(&session, "n").await;
            opened.push((node, session));
        }
        let (node, rotating) = (nodes.two.clone(), visitor.open(&nodes.two));
        rotating.regenerate();
        let mut rotated = visitor.clone();
        let rotation = tokio::spawn(async move {
            rotated.close(&node, rotating).await;
            rotated
        });
        let mut requests = Vec::new();
        for (node, session) in opened {
            let mut visitor = visitor.clone();
            requests.push(tokio::spawn(async move {
                visitor.close(&node, session).await.promise_quiet()
            }));
        }
        let mut rotated: Visitor = joined(rotation).await;
        for request in requests {
            joined(request).await;
        }
        promise(
            "an update follows a new id, whoever is first",
            rotated.reads(&nodes.one, "n").await,
            Some(16),
        );
    }
}
