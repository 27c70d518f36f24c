//! Where commands go, whatever there is: a server, a cluster, or a connection of the application's.

use std::sync::Arc;

use redis::{Cmd, ServerErrorKind, Value};

use crate::cluster::Cluster;
use crate::connection::Connection;
use crate::failure::Failure;
use crate::given::Given;
use crate::script::Script;
use crate::server::{Access, Asking, Server};
use crate::slots::NodeAddress;

/// Where commands go.
#[derive(Debug)]
pub(crate) enum Servers {
    One(Arc<Server>),
    Cluster(Box<Cluster>),
    Given(Given),
}

/// A node that can be asked for what it holds.
pub(crate) enum Master {
    Own(Arc<Server>),
    Given(Option<NodeAddress>),
}

impl Servers {
    /// Whether two keys may be on different nodes.
    pub(crate) const fn is_cluster(&self) -> bool {
        match self {
            Self::One(_) => false,
            Self::Cluster(_) => true,
            Self::Given(given) => given.is_cluster(),
        }
    }

    /// Sends a command to where `key` is, and awaits the answer.
    pub(crate) async fn call(&self, key: &[u8], command: &Cmd, access: Access) -> Result<Value, Failure> {
        match self {
            Self::One(server) => server.call(command, access, Asking::No).await,
            Self::Cluster(cluster) => cluster.call(key, command, access).await,
            Self::Given(given) => given.call(command).await,
        }
    }

    /// As [`Servers::call`] for a command that only reads; also over which connection the answer came, if that is known.
    pub(crate) async fn read(&self, key: &[u8], command: &Cmd) -> Result<(Value, Option<Arc<Connection>>), Failure> {
        match self {
            Self::One(server) => {
                let connection = server.reader().await?;
                let answer = server.mind(&connection, connection.call(command).await)?;
                Ok((answer, Some(connection)))
            }
            Self::Cluster(cluster) => cluster.read(key, command).await,
            Self::Given(given) => Ok((given.call(command).await?, None)),
        }
    }

    /// Runs a script where `keys` are; the first of them says where that is.
    ///
    /// A server that does not know it, because it was started or told to forget its scripts, is sent the source.
    pub(crate) async fn run(
        &self,
        script: &Script,
        keys: &[&[u8]],
        arguments: &[&[u8]],
        access: Access,
    ) -> Result<Value, Failure> {
        let key = keys.first().copied().unwrap_or_default();
        let answer = self.call(key, &script.by_digest(keys, arguments), access).await;
        match answer {
            Err(failure) if failure.server_error() == Some(ServerErrorKind::NoScript) => {
                self.call(key, &script.by_source(keys, arguments), access).await
            }
            answer => answer,
        }
    }

    /// All nodes that hold keys.
    pub(crate) async fn masters(&self) -> Result<Vec<Master>, Failure> {
        Ok(match self {
            Self::One(server) => vec![Master::Own(Arc::clone(server))],
            Self::Cluster(cluster) => cluster.masters().await?.into_iter().map(Master::Own).collect(),
            Self::Given(given) if given.is_cluster() => {
                let masters = given.masters().await?.into_iter();
                masters.map(|address| Master::Given(Some(address))).collect()
            }
            Self::Given(_) => vec![Master::Given(None)],
        })
    }

    /// Sends a command to one of the masters.
    pub(crate) async fn call_at(&self, master: &Master, command: &Cmd) -> Result<Value, Failure> {
        match (self, master) {
            (_, Master::Own(server)) => server.call(command, Access::Read, Asking::No).await,
            (Self::Given(given), Master::Given(Some(address))) => given.call_at(address, command).await,
            (Self::Given(given), Master::Given(None)) => given.call(command).await,
            (Self::One(_) | Self::Cluster(_), Master::Given(_)) => Ok(Value::Nil),
        }
    }
}
