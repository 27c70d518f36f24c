//! Sessions that one node ends while the other has them.

use std::sync::Arc;
use std::time::Duration;

use session_core::{Error, Session, Store};

use super::nodes::{Nodes, add_one, owner, set};
use crate::verdict::{joined, kept, promise, promise_that};

/// `end` on one node, with three late requests on the other.
async fn nothing_brings_it_back(store: Arc<dyn Store>, end: fn(&Session)) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.signed_in("alice").await;
    let before = visitor.clone();
    let (blind, update, look) = (
        visitor.open(&nodes.two),
        visitor.open(&nodes.two),
        visitor.open(&nodes.two),
    );
    kept("a store that is well can be read", blind.is_new().await);
    set(&blind, "n", 9);
    add_one(&update, "n").await;
    nodes.clock.advance(Duration::from_secs(10 * 60));
    kept("a store that is well can be read", look.is_new().await);
    visitor.does(&nodes.one, end).await;
    nodes.events.forget();
    for late in [blind, update, look] {
        before.clone().end(&nodes.two, late).await.promise_quiet();
    }
    promise(
        "an event tells of each change that was dropped",
        nodes.events.names(),
        ["Gone", "Gone"],
    );
    for node in [&nodes.one, &nodes.two] {
        promise("nothing brings it back", before.clone().has_session(node).await, false);
    }
    let listed = kept(
        "a store that is well can list",
        nodes.one.sessions_of(&owner("alice")).await,
    );
    promise("nor into the list of its owner", listed.len(), 0);
}

/// Writes, updates and touches come too late.
pub async fn a_session_that_one_node_destroys_stays_dead_on_the_other(store: Arc<dyn Store>) {
    nothing_brings_it_back(store, Session::destroy).await;
}

/// The same for a sign-out.
pub async fn a_session_that_one_node_signs_out_stays_dead_on_the_other(store: Arc<dyn Store>) {
    nothing_brings_it_back(store, Session::sign_out).await;
}

/// Nothing is forwarded out of a session that was signed out, whoever had it.
pub async fn nothing_follows_a_sign_out_that_keeps_values(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    for mut visitor in [nodes.signed_in("alice").await, nodes.visitor().await] {
        let before = visitor.clone();
        let late = visitor.open(&nodes.two);
        add_one(&late, "n").await;
        visitor
            .does(&nodes.one, |session| session.sign_out_keeping(["n"]))
            .await;
        before.clone().end(&nodes.two, late).await.promise_quiet();
        promise(
            "what was kept is as it was",
            visitor.reads(&nodes.two, "n").await,
            Some(0),
        );
        promise("nobody is signed in", visitor.owner(&nodes.two).await, None);
    }
}

/// Not along a later new id either, nor into the session of the next user.
pub async fn nothing_follows_out_of_a_users_session_by_any_way(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let leave: [fn(&Session); 2] = [
        |session| session.sign_out_keeping(["n"]),
        |session| {
            session.sign_in(owner("bob"));
            set(session, "n", 0);
        },
    ];
    for leave in leave {
        let mut visitor = nodes.signed_in("alice").await;
        let before = visitor.clone();
        let late = visitor.open(&nodes.two);
        add_one(&late, "n").await;
        visitor.does(&nodes.one, leave).await;
        visitor.does(&nodes.one, Session::regenerate).await;
        before.clone().end(&nodes.two, late).await.promise_quiet();
        promise(
            "what was meant for one user's session reaches no other",
            visitor.reads(&nodes.two, "n").await,
            Some(0),
        );
    }
}

/// A `destroy` or sign-out that is on its way when a sign-in moves the session still ends it.
pub async fn a_pending_end_follows_a_sign_in_on_the_other_node(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    for end in [Session::destroy, Session::sign_out] {
        let mut visitor = nodes.visitor().await;
        let mut before = visitor.clone();
        let late = visitor.open(&nodes.two);
        kept("a store that is well can be read", late.is_new().await);
        end(&late);
        visitor
            .does(&nodes.one, |session| session.sign_in(owner("alice")))
            .await;
        before.close(&nodes.two, late).await;
        promise(
            "the end wins over the sign-in before it",
            visitor.has_session(&nodes.one).await,
            false,
        );
    }
}

/// `save` says so, and what comes afterwards is a session of its own.
pub async fn save_on_an_ended_session_is_gone(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    let mut before = visitor.clone();
    let late = visitor.open(&nodes.two);
    add_one(&late, "n").await;
    visitor.does(&nodes.one, Session::destroy).await;
    let saved = late.save().await;
    promise_that(
        "save tells that the session is gone",
        matches!(saved, Err(Error::Gone)),
        &saved,
    );
    before.end(&nodes.two, late).await.promise_quiet();
    promise("nothing is back", before.has_session(&nodes.one).await, false);
}

/// Whoever of them is first, it is dead at the end.
pub async fn a_destroy_among_many_updates_wins(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    for _ in 0..8 {
        let visitor = nodes.visitor().await;
        let mut opened = Vec::new();
        for number in 0..16 {
            let node = if number % 2 == 0 { &nodes.one } else { &nodes.two }.clone();
            let session = visitor.open(&node);
            if number == 7 {
                session.destroy();
            } else {
                add_one(&session, "n").await;
            }
            opened.push((node, session));
        }
        let mut requests = Vec::new();
        for (node, session) in opened {
            let mut visitor = visitor.clone();
            requests.push(tokio::spawn(async move { visitor.close(&node, session).await }));
        }
        for request in requests {
            joined(request).await;
        }
        let mut after = visitor.clone();
        promise(
            "a destroy among updates wins",
            after.has_session(&nodes.one).await,
            false,
        );
    }
}
