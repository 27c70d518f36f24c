//! All who visit a server, and what they do.

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};
use session_bench::Contender;

use crate::client::Client;
use crate::visitor::Visitor;

/// How many of them arrive at once.
const ARRIVING: usize = 16;

pub(crate) struct Visitors {
    client: Client,
    visitors: Vec<Visitor>,
}

impl Visitors {
    /// So many with a session each.
    pub(crate) async fn sign_in(address: SocketAddr, count: usize) -> Arc<Self> {
        let client = Client::new(address);
        let arrivals: Vec<_> = (0..count).map(|number| Visitor::sign_in(&client, number)).collect();
        let visitors = stream::iter(arrivals).buffered(ARRIVING).collect().await;
        Arc::new(Self { client, visitors })
    }

    /// So many where there are no sessions.
    pub(crate) fn anybody(address: SocketAddr, count: usize) -> Arc<Self> {
        Arc::new(Self {
            client: Client::new(address),
            visitors: (0..count).map(|_| Visitor::anybody()).collect(),
        })
    }

    /// The page of the first.
    pub(crate) async fn first_page(&self) -> String {
        self.visitors[0].view(&self.client).await.body().to_owned()
    }
}

/// Looks into the cart.
pub(crate) struct View(pub(crate) Arc<Visitors>);

impl Contender for View {
    async fn operate(&self, item: usize) {
        self.0.visitors[item].view(&self.0.client).await;
    }
}

/// Puts one more thing into the cart.
pub(crate) struct Add(pub(crate) Arc<Visitors>);

impl Contender for Add {
    async fn operate(&self, item: usize) {
        self.0.visitors[item].add(&self.0.client).await;
    }
}
