//! A server of the test's own, which it may kill and freeze.

use std::marker::PhantomData;

use session_test_support::service::Service;

use super::client::Client;
use super::engine::{Engine, Settings};
use super::with_parameter;

/// A server as `scripts/services` starts it, with data of its own. It ends with this.
pub(crate) struct Server<E: Engine> {
    service: Service,
    engine: PhantomData<E>,
}

impl<E: Engine> Server<E> {
    pub(crate) async fn start() -> Self {
        Self {
            service: Service::start(E::SERVICE).await,
            engine: PhantomData,
        }
    }

    /// What it has for the variable of this name.
    pub(crate) fn variable(&self, name: &str) -> &str {
        self.service.variable(name)
    }

    /// Of the user who owns the database.
    pub(crate) fn url(&self) -> &str {
        self.variable(E::URL)
    }

    /// Of a store that is not encrypted.
    pub(crate) fn settings(&self) -> Settings {
        Settings::at(with_parameter(self.url(), E::UNENCRYPTED))
    }

    /// A connection of the user who may do everything.
    pub(crate) async fn admin(&self) -> Client<E> {
        Client::connect(self.variable(E::ADMIN_URL)).await
    }

    pub(crate) async fn set_read_only(&self, is_so: bool) {
        let mut admin = self.admin().await;
        for statement in E::READ_ONLY[usize::from(!is_so)] {
            admin.tell(statement).await;
        }
    }

    /// Ends all its processes at once, and comes back when they are gone.
    pub(crate) async fn kill(&self) {
        self.service.kill(E::SERVICE).await;
    }

    /// Starts it again after a `kill`, where it was.
    pub(crate) async fn restart(&self) {
        self.service.restart().await;
    }

    /// It keeps its connections, and does nothing any more when this returns.
    pub(crate) async fn freeze(&self) {
        self.service.freeze(E::SERVICE).await;
    }

    pub(crate) fn thaw(&self) {
        self.service.thaw(E::SERVICE);
    }
}
