//! A connection while it is used.

use sqlx::pool::PoolConnection;
use tokio::sync::SemaphorePermit;

use crate::engine::Engine;

use super::idle::Live;
use super::own::Own;

/// A connection for one use. Dropped before it was given back, it is closed: an answer may be on its way.
pub(crate) struct Lease<'a, E: Engine>(Leased<'a, E>);

enum Leased<'a, E: Engine> {
    Own {
        live: Live<E::Connection>,
        owner: &'a Own<E>,
        /// Free again when the connection is closed or at rest.
        permit: SemaphorePermit<'a>,
    },
    Given(Given<E>),
}

/// One of the application's pool, until it is given back.
///
/// The pool would wait for the answer if the connection was dropped into it as it is, and also if it was to close it: over TLS it
/// keeps the place taken until the server agrees.
struct Given<E: Engine>(Option<PoolConnection<E>>);

impl<E: Engine> Drop for Given<E> {
    fn drop(&mut self) {
        drop(self.0.take().map(PoolConnection::detach));
    }
}

impl<'a, E: Engine> Lease<'a, E> {
    pub(super) const fn own(live: Live<E::Connection>, owner: &'a Own<E>, permit: SemaphorePermit<'a>) -> Self {
        Self(Leased::Own { live, owner, permit })
    }

    pub(super) const fn given(connection: PoolConnection<E>) -> Self {
        Self(Leased::Given(Given(Some(connection))))
    }

    #[expect(clippy::expect_used, reason = "a lease that was given back is gone")]
    pub(crate) fn connection(&mut self) -> &mut E::Connection {
        match &mut self.0 {
            Leased::Own { live, .. } => &mut live.connection,
            Leased::Given(given) => given.0.as_mut().expect("it is held"),
        }
    }

    /// Nothing is under way on the connection.
    pub(crate) fn give_back(self) {
        match self.0 {
            Leased::Own { live, owner, permit } => {
                owner.put(live);
                drop(permit);
            }
            Leased::Given(mut given) => drop(given.0.take()),
        }
    }

    /// The connection has failed, so others may have, too.
    pub(crate) fn give_up(self) {
        if let Leased::Own { owner, .. } = &self.0 {
            owner.distrust();
        }
    }
}
