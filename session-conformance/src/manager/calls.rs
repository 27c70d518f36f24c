//! What a request costs: store calls, to the last one.

use std::sync::Arc;
use std::time::Duration;

use session_core::{RequestInfo, Session, Store};

use super::nodes::{Nodes, Visitor, add_one, owner, set};
use crate::operation::Operation::{Create, Delete, Load, Rotate, Touch, Update};
use crate::verdict::{kept, promise};

type Act = fn(&Session);

/// With a cookie and without one.
pub async fn an_untouched_request_makes_no_store_call(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    for mut visitor in [Visitor::default(), nodes.visitor().await] {
        let ended = visitor.does(&nodes.one, |_| {}).await;
        nodes.promise_calls("an untouched request", &[]);
        promise("it adds no header", ended.is_silent, true);
    }
}

/// However much is read.
pub async fn reads_are_one_load(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    let session = visitor.open(&nodes.one);
    for _ in 0..3 {
        kept("a store that is well can be read", session.get::<u64>("n").await);
        kept("a store that is well can be read", session.keys().await);
    }
    visitor.close(&nodes.one, session).await;
    nodes.promise_calls("a request that reads", &[(Load, 1)]);
}

/// However much is written, read first or not.
pub async fn reads_and_writes_are_one_load_and_one_update(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    let session = visitor.open(&nodes.one);
    for name in ["a", "b", "n"] {
        add_one(&session, name).await;
        set(&session, "c", 5);
    }
    visitor.close(&nodes.one, session).await;
    nodes.promise_calls("a request that reads and writes", &[(Load, 1), (Update, 1)]);
    visitor.does(&nodes.one, |session| set(session, "n", 9)).await;
    nodes.promise_calls("a request that writes without reading", &[(Load, 1), (Update, 1)]);
    visitor.does(&nodes.one, |session| set(session, "n", 9)).await;
    nodes.promise_calls("a write of what is stored already", &[(Load, 1)]);
}

/// Also where the visitor is signed in with it.
pub async fn a_new_session_is_one_create(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    Visitor::default()
        .does(&nodes.one, |session| set(session, "n", 1))
        .await;
    nodes.promise_calls("a new session", &[(Create, 1)]);
    let sign_in = |session: &Session| session.sign_in(owner("alice"));
    Visitor::default().does(&nodes.one, sign_in).await;
    nodes.promise_calls("a sign-in without a session", &[(Create, 1)]);
}

/// After the load that it needs.
pub async fn a_new_id_is_one_rotate(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    let rotations: [(&str, Act); 3] = [
        ("regenerate", Session::regenerate),
        ("a sign-in with values", |session| {
            set(session, "m", 1);
            session.sign_in(owner("alice"));
        }),
        ("a sign-out that keeps something", |session| {
            session.sign_out_keeping(["n"])
        }),
    ];
    for (what, rotate) in rotations {
        visitor.does(&nodes.one, rotate).await;
        nodes.promise_calls(what, &[(Load, 1), (Rotate, 1)]);
    }
}

/// Nothing need be known of what ends.
pub async fn an_end_is_one_delete(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    for end in [Session::destroy, Session::sign_out] {
        let mut visitor = nodes.visitor().await;
        visitor.does(&nodes.one, end).await;
        nodes.promise_calls("an end", &[(Delete, 1)]);
        promise("the cookie is removed", visitor.cookie(), None);
    }
}

/// It needs no second load: the answer carries what is there.
pub async fn a_conflict_costs_one_more_update(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    let mut late_visitor = visitor.clone();
    let late = visitor.open(&nodes.one);
    add_one(&late, "n").await;
    visitor.adds_one(&nodes.two, "n").await;
    nodes.counts.reset();
    late_visitor.close(&nodes.one, late).await;
    nodes.promise_calls("the commit of a conflicting update", &[(Update, 2)]);
}

/// One look at the successor, one update of it.
pub async fn following_a_new_id_costs_a_load_and_an_update(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    let mut late_visitor = visitor.clone();
    let late = visitor.open(&nodes.one);
    add_one(&late, "n").await;
    visitor.does(&nodes.two, Session::regenerate).await;
    nodes.counts.reset();
    late_visitor.close(&nodes.one, late).await.promise_quiet();
    nodes.promise_calls("the commit of an update whose session moved", &[(Load, 1), (Update, 2)]);
}

/// At most one in a tenth of the idle time, and none beside an update, which slides the end too.
pub async fn sliding_writes_are_throttled(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.visitor().await;
    let (seconds, minutes) = (Duration::from_secs(1), Duration::from_secs(60));
    nodes.clock.advance(seconds * 179);
    visitor.reads(&nodes.one, "n").await;
    nodes.promise_calls("a read within a tenth of the idle time", &[(Load, 1)]);
    nodes.clock.advance(minutes * 2);
    visitor.reads(&nodes.two, "n").await;
    nodes.promise_calls("a read after a tenth of it", &[(Load, 1), (Touch, 1)]);
    visitor.reads(&nodes.one, "n").await;
    nodes.promise_calls("the next read, on any node", &[(Load, 1)]);
    nodes.clock.advance(minutes * 10);
    visitor.adds_one(&nodes.one, "n").await;
    nodes.promise_calls("a write", &[(Load, 1), (Update, 1)]);
    visitor.reads(&nodes.one, "n").await;
    nodes.promise_calls("a read after it", &[(Load, 1)]);
}

/// Anybody can send such cookies, as many as they like.
pub async fn a_forged_cookie_is_no_store_call(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let visitor = nodes.visitor().await;
    let forged = visitor.cookie().unwrap_or_default().replace('.', "x.");
    let session = nodes.one.open([forged.as_bytes()], &RequestInfo::new());
    let number = kept("a forged cookie is no error", session.get::<u64>("n").await);
    promise("a forged cookie reads nothing", number, None);
    promise(
        "and ends well",
        nodes.one.commit(session, 200).await.result.is_ok(),
        true,
    );
    nodes.promise_calls("a forged cookie", &[]);
}
