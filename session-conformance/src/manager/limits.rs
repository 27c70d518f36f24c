//! How long sessions live, on two nodes.

use std::sync::Arc;
use std::time::Duration;

use session_core::{Expiry, Moment, Session, Store};

use super::nodes::{Nodes, add_one, set};
use crate::verdict::{kept, promise};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The record has them, so a node with other settings changes nothing.
pub async fn a_session_keeps_its_limits_on_a_node_with_others(store: Arc<dyn Store>) {
    let short = Expiry::new().idle(MINUTE * 5).absolute(MINUTE * 10);
    let nodes = Nodes::with(store, |builder| builder, |builder| builder.expiry(short));
    let mut visitor = nodes.visitor().await;
    nodes.clock.advance(MINUTE * 20);
    visitor.adds_one(&nodes.two, "n").await;
    nodes.clock.advance(MINUTE * 25);
    promise(
        "the session's own limits hold on every node",
        visitor.reads(&nodes.two, "n").await,
        Some(1),
    );
    nodes.clock.advance(MINUTE * 30);
    promise("and end it on every node", visitor.reads(&nodes.two, "n").await, None);
}

/// What one node remembers the other does not forget.
pub async fn remember_me_survives_writes_on_the_other_node(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    let remember = Expiry::new().idle(DAY * 14).absolute(DAY * 90);
    let late = visitor.open(&nodes.two);
    add_one(&late, "n").await;
    visitor
        .does(&nodes.one, |session| {
            kept("the limits are possible", session.set_expiry(remember))
        })
        .await;
    visitor.clone().end(&nodes.two, late).await.promise_quiet();
    visitor.does(&nodes.two, |session| set(session, "m", 1)).await;
    nodes.clock.advance(DAY * 13);
    promise(
        "limits survive the writes of others",
        visitor.reads(&nodes.two, "n").await,
        Some(1),
    );
    nodes.clock.advance(DAY * 13);
    promise("and slide", visitor.reads(&nodes.one, "m").await, Some(1));
    nodes.clock.advance(DAY * 14);
    promise("until nobody comes", visitor.reads(&nodes.one, "m").await, None);
}

/// Whichever node is visited.
pub async fn a_read_on_one_node_keeps_a_session_alive_on_the_other(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    for node in [&nodes.one, &nodes.two, &nodes.one, &nodes.two] {
        nodes.clock.advance(MINUTE * 20);
        promise("a read slides the end", visitor.reads(node, "n").await, Some(0));
    }
    nodes.clock.advance(MINUTE * 30);
    for node in [&nodes.one, &nodes.two] {
        promise("until nobody comes", visitor.reads(node, "n").await, None);
    }
}

/// A late read of the other node has seen the longer one.
pub async fn a_late_read_does_not_undo_a_shortened_limit(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    nodes.clock.advance(MINUTE * 10);
    let late = visitor.open(&nodes.two);
    kept("a store that is well can be read", late.is_new().await);
    let short = Expiry::new().idle(MINUTE).absolute(MINUTE * 2);
    visitor
        .does(&nodes.one, |session| {
            kept("the limits are possible", session.set_expiry(short))
        })
        .await;
    let end = ends_at(&visitor.open(&nodes.one)).await;
    visitor.clone().end(&nodes.two, late).await.promise_quiet();
    promise(
        "a late read does not undo it",
        ends_at(&visitor.open(&nodes.one)).await,
        end,
    );
    nodes.clock.advance(MINUTE);
    promise(
        "it ends when it was told to",
        visitor.reads(&nodes.two, "n").await,
        None,
    );
}

/// However busy, on both nodes.
pub async fn the_absolute_end_ends_a_session_on_both_nodes(store: Arc<dyn Store>) {
    let limits = Expiry::new().idle(MINUTE * 30).absolute(MINUTE * 60);
    let nodes = Nodes::with(
        store,
        |builder| builder.expiry(limits),
        |builder| builder.expiry(limits),
    );
    let mut visitor = nodes.visitor().await;
    for round in 1..=3 {
        nodes.clock.advance(MINUTE * 15);
        visitor.adds_one(&nodes.two, "n").await;
        promise(
            "a busy session lives",
            visitor.reads(&nodes.one, "n").await,
            Some(round),
        );
        visitor.does(&nodes.one, Session::regenerate).await;
    }
    nodes.clock.advance(MINUTE * 15);
    for node in [&nodes.one, &nodes.two] {
        promise(
            "up to its absolute end, new ids or not",
            visitor.reads(node, "n").await,
            None,
        );
    }
}

async fn ends_at(session: &Session) -> Option<Moment> {
    kept("a store that is well can be read", session.expires_at().await)
}
