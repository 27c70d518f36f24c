//! Ids that lead nowhere.

use std::sync::Arc;
use std::time::Duration;

use session_core::{Session, Store};

use super::nodes::{Nodes, Visitor, owner, set};
use crate::reference_store::ReferenceStore;
use crate::verdict::{promise, promise_that};

/// `act` with an id that leads nowhere must end under another one.
async fn is_not_adopted(nodes: &Nodes, planted: &Visitor, act: fn(&Session)) {
    let mut visitor = planted.clone();
    promise(
        "an id that leads nowhere reads nothing",
        visitor.reads(&nodes.one, "n").await,
        None,
    );
    promise("and is no session", visitor.has_session(&nodes.one).await, false);
    visitor.does(&nodes.one, act).await;
    promise_that(
        "an id that leads nowhere is never adopted",
        visitor.cookie().is_some() && visitor.cookie() != planted.cookie(),
        "the client's own id",
    );
    promise(
        "the new one leads to the value",
        visitor.reads(&nodes.two, "m").await,
        Some(1),
    );
    promise("nothing of before is in it", visitor.reads(&nodes.two, "n").await, None);
    promise(
        "the planted one does not",
        planted.clone().reads(&nodes.two, "m").await,
        None,
    );
}

const ACTS: [fn(&Session); 3] = [
    |session| set(session, "m", 1),
    |session| {
        session.clear();
        set(session, "m", 1);
    },
    |session| {
        set(session, "m", 1);
        session.sign_in(owner("alice"));
    },
];

/// Signed with our key, and unknown to the store.
pub async fn an_unknown_id_is_never_adopted(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    for act in ACTS {
        let elsewhere = Nodes::new(Arc::new(ReferenceStore::new()));
        is_not_adopted(&nodes, &elsewhere.visitor().await, act).await;
    }
}

/// Known once.
pub async fn the_id_of_an_ended_session_is_never_adopted(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    for act in ACTS {
        let visitor = nodes.visitor().await;
        visitor.clone().does(&nodes.two, Session::destroy).await;
        is_not_adopted(&nodes, &visitor, act).await;
        let visitor = nodes.visitor().await;
        nodes.clock.advance(Duration::from_secs(30 * 60));
        is_not_adopted(&nodes, &visitor, act).await;
    }
}
