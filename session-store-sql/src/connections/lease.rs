//! A connection while it is used.

use sqlx::pool::PoolConnection;
use tokio::sync::SemaphorePermit;

use crate::engine::Engine;

use super::idle::Live;
use super::own::Own;

/// A connection for one use. Dropped before it was given back, it is closed, for an answer may be on its way; or else, where the engine
/// ends what its caller has left, it is at rest, and asked before its next use whether that has come to its end.
pub(crate) struct Lease<'a, E: Engine>(Leased<'a, E>);

enum Leased<'a, E: Engine> {
    Own(Opened<'a, E>),
    Given(Given<'a, E>),
}

/// One that the store has opened.
struct Opened<'a, E: Engine> {
    /// None: at rest again.
    live: Option<Live<E::Connection>>,
    owner: &'a Own<E>,
    /// Free again when the connection is closed or at rest.
    _permit: SemaphorePermit<'a>,
}

impl<E: Engine> Drop for Opened<'_, E> {
    fn drop(&mut self) {
        if E::OUTLIVES_CALLERS
            && let Some(live) = self.live.take()
        {
            self.owner.put(live);
            self.owner.distrust();
        }
    }
}

/// One of the application's pool.
struct Given<'a, E: Engine> {
    /// None: given back.
    connection: Option<PoolConnection<E>>,
    _turn: Option<SemaphorePermit<'a>>,
}

impl<E: Engine> Drop for Given<'_, E> {
    /// The pool would wait for the answer if the connection was dropped into it as it is, and also if it was to close it: over TLS it
    /// keeps the place taken until the server agrees.
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && !E::OUTLIVES_CALLERS
        {
            drop(connection.detach());
        }
    }
}

impl<'a, E: Engine> Lease<'a, E> {
    pub(super) const fn own(live: Live<E::Connection>, owner: &'a Own<E>, permit: SemaphorePermit<'a>) -> Self {
        Self(Leased::Own(Opened {
            live: Some(live),
            owner,
            _permit: permit,
        }))
    }

    pub(super) const fn given(connection: PoolConnection<E>, turn: Option<SemaphorePermit<'a>>) -> Self {
        Self(Leased::Given(Given {
            connection: Some(connection),
            _turn: turn,
        }))
    }

    #[expect(clippy::expect_used, reason = "it is there until the lease is used up")]
    pub(crate) fn connection(&mut self) -> &mut E::Connection {
        let connection = match &mut self.0 {
            Leased::Own(opened) => opened.live.as_mut().map(|live| &mut live.connection),
            Leased::Given(given) => given.connection.as_deref_mut(),
        };
        connection.expect("a lease has a connection")
    }

    /// Nothing is under way on the connection.
    pub(crate) fn give_back(mut self) {
        match &mut self.0 {
            Leased::Own(opened) => {
                if let Some(live) = opened.live.take() {
                    opened.owner.put(live);
                }
            }
            Leased::Given(given) => drop(given.connection.take()),
        }
    }

    /// The connection has failed, so others may have, too.
    pub(crate) fn give_up(mut self) {
        match &mut self.0 {
            Leased::Own(opened) => {
                opened.owner.distrust();
                drop(opened.live.take());
            }
            Leased::Given(given) => drop(given.connection.take().map(PoolConnection::detach)),
        }
    }
}
