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

/// One of the application's pool, which would wait for the answer if the connection was dropped into it as it is.
struct Given<E: Engine> {
    connection: PoolConnection<E>,
    is_given_back: bool,
}

impl<E: Engine> Drop for Given<E> {
    fn drop(&mut self) {
        if !self.is_given_back {
            self.connection.close_on_drop();
        }
    }
}

impl<'a, E: Engine> Lease<'a, E> {
    pub(super) const fn own(live: Live<E::Connection>, owner: &'a Own<E>, permit: SemaphorePermit<'a>) -> Self {
        Self(Leased::Own { live, owner, permit })
    }

    pub(super) const fn given(connection: PoolConnection<E>) -> Self {
        Self(Leased::Given(Given {
            connection,
            is_given_back: false,
        }))
    }

    pub(crate) fn connection(&mut self) -> &mut E::Connection {
        match &mut self.0 {
            Leased::Own { live, .. } => &mut live.connection,
            Leased::Given(given) => &mut given.connection,
        }
    }

    /// Nothing is under way on the connection.
    pub(crate) fn give_back(self) {
        match self.0 {
            Leased::Own { live, owner, permit } => {
                owner.put(live);
                drop(permit);
            }
            Leased::Given(mut given) => given.is_given_back = true,
        }
    }

    /// The connection has failed, so others may have, too.
    pub(crate) fn give_up(self) {
        if let Leased::Own { owner, .. } = &self.0 {
            owner.distrust();
        }
    }
}
