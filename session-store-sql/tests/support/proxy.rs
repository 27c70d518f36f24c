//! A network between a store and its server that the test can read along, slow down, and cut.

use std::marker::PhantomData;
use std::ops::Deref;

use session_test_support::proxy;
pub(crate) use session_test_support::proxy::Cut;

use super::engine::Engine;
use super::with_parameter;

/// Passes bytes on between the store and a server.
pub(crate) struct Proxy<E: Engine> {
    proxy: proxy::Proxy,
    engine: PhantomData<E>,
}

impl<E: Engine> Deref for Proxy<E> {
    type Target = proxy::Proxy;

    fn deref(&self) -> &proxy::Proxy {
        &self.proxy
    }
}

impl<E: Engine> Proxy<E> {
    /// Before the server of this URL.
    pub(crate) async fn before(url: &str) -> Self {
        Self {
            proxy: proxy::Proxy::before::<E::Protocol>(proxy::address(url)).await,
            engine: PhantomData,
        }
    }

    /// The URL of what is behind it, through it and not encrypted.
    pub(crate) fn url(&self, url: &str) -> String {
        with_parameter(&self.proxy.through(url), E::UNENCRYPTED)
    }
}
