//! Signing out elsewhere and everywhere.

use std::sync::Arc;
use std::time::Duration;

use session_core::{Error, Session, Store};

use super::nodes::{Nodes, Visitor, owner};
use crate::verdict::{kept, promise, promise_that};

const MOMENT: Duration = Duration::from_millis(5);

/// On whichever node they are.
pub async fn revoking_all_ends_every_session_of_the_owner(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut devices = [nodes.signed_in("alice").await, nodes.signed_in("alice").await];
    let mut other = nodes.signed_in("bob").await;
    nodes.clock.advance(MOMENT);
    let ended = kept(
        "a store that is well can revoke",
        nodes.two.revoke_all(&owner("alice")).await,
    );
    promise("it tells how many", ended, 2);
    for device in &mut devices {
        promise("every session has ended", device.has_session(&nodes.one).await, false);
    }
    promise("but nobody else's", other.owner(&nodes.two).await, Some(owner("bob")));
}

/// A sign-in whose request began before, on the other node.
pub async fn a_sign_in_in_flight_does_not_outlive_the_end_of_all_sessions(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    for mut visitor in [Visitor::default(), nodes.visitor().await] {
        let had_session = visitor.cookie().is_some();
        let in_flight = visitor.open(&nodes.two);
        kept("a store that is well can be read", in_flight.is_new().await);
        nodes.clock.advance(MOMENT);
        kept(
            "a store that is well can revoke",
            nodes.one.revoke_all(&owner("alice")).await,
        );
        nodes.clock.advance(MOMENT);
        in_flight.sign_in(owner("alice"));
        let ended = visitor.end(&nodes.two, in_flight).await;
        let (result, cookie) = (&ended.result, ended.cookie.as_deref());
        promise_that(
            "a sign-in that began before the end of all sessions fails",
            matches!(result, Err(Error::SignInRevoked)),
            result,
        );
        promise("and sends no cookie", cookie, None);
        promise("nobody is signed in", visitor.owner(&nodes.one).await, None);
        promise(
            "the visitor's session is as it was",
            visitor.has_session(&nodes.one).await,
            had_session,
        );
        let listed = kept(
            "a store that is well can list",
            nodes.one.sessions_of(&owner("alice")).await,
        );
        promise("and the list is empty", listed.len(), 0);
    }
}

/// The user who comes back is in.
pub async fn a_sign_in_after_the_end_of_all_sessions_counts(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.signed_in("alice").await;
    nodes.clock.advance(MOMENT);
    kept(
        "a store that is well can revoke",
        nodes.one.revoke_all(&owner("alice")).await,
    );
    nodes.clock.advance(MOMENT);
    visitor
        .does(&nodes.two, |session| session.sign_in(owner("alice")))
        .await;
    promise(
        "a later sign-in counts",
        visitor.owner(&nodes.one).await,
        Some(owner("alice")),
    );
    let listed = kept(
        "a store that is well can list",
        nodes.one.sessions_of(&owner("alice")).await,
    );
    promise("and is listed", listed.len(), 1);
}

/// The thief's session must not run away under a new id.
pub async fn a_new_id_in_flight_does_not_outlive_the_end_of_all_sessions(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut visitor = nodes.signed_in("alice").await;
    let in_flight = visitor.open(&nodes.two);
    kept("a store that is well can be read", in_flight.is_new().await);
    nodes.clock.advance(MOMENT);
    kept(
        "a store that is well can revoke",
        nodes.one.revoke_all(&owner("alice")).await,
    );
    in_flight.regenerate();
    let ended = visitor.end(&nodes.two, in_flight).await;
    promise("a session that has ended gets no new id", ended.cookie.as_deref(), None);
    promise("and stays ended", visitor.has_session(&nodes.one).await, false);
}

/// After a change of password: the user who changed it stays.
pub async fn revoking_others_spares_the_one_who_asks(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut asks = nodes.signed_in("alice").await;
    let mut other = nodes.signed_in("alice").await;
    nodes.clock.advance(MOMENT);
    let session = asks.open(&nodes.two);
    let ended = kept("a store that is well can revoke", session.revoke_others().await);
    asks.close(&nodes.two, session).await;
    promise("it tells how many others", ended, 1);
    promise("the other has ended", other.has_session(&nodes.one).await, false);
    promise(
        "the one who asks is in",
        asks.owner(&nodes.one).await,
        Some(owner("alice")),
    );
    asks.does(&nodes.one, Session::regenerate).await;
    promise(
        "and can get a new id",
        asks.owner(&nodes.two).await,
        Some(owner("alice")),
    );
}

/// From a list of devices, by its public name.
pub async fn one_device_can_be_signed_out_from_another(store: Arc<dyn Store>) {
    let nodes = Nodes::new(store);
    let mut phone = nodes.signed_in("alice").await;
    nodes.clock.advance(Duration::from_secs(1));
    let mut laptop = nodes.signed_in("alice").await;
    let session = laptop.open(&nodes.two);
    let listed = kept("a store that is well can list", session.sessions().await);
    let current: Vec<_> = listed.iter().map(|device| device.is_current).collect();
    promise(
        "both devices are listed, the one seen last first",
        current,
        [true, false],
    );
    for device in listed.iter().filter(|device| !device.is_current) {
        let was_there = kept("a store that is well can revoke", session.revoke(device.handle).await);
        promise("there was such a device", was_there, true);
        let again = kept("a store that is well can revoke", session.revoke(device.handle).await);
        promise("and now there is none", again, false);
    }
    laptop.close(&nodes.two, session).await;
    promise("the other device is out", phone.has_session(&nodes.one).await, false);
    promise("this one is in", laptop.owner(&nodes.one).await, Some(owner("alice")));
}
