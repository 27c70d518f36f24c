//! Connections that the application made.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use redis::aio::ConnectionLike;
use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{RoutingInfo, SingleNodeRoutingInfo};
use redis::{Cmd, Pipeline, RedisResult, ServerErrorKind, Value};
use tokio::time::timeout;

use crate::cluster::MOST_REDIRECTIONS;
use crate::failure::{Failure, Refusal};
use crate::slots::{NodeAddress, read_slot_ranges};

/// The host of a node that does not know its own: here nobody knows whom the driver has asked, and it will say so.
const UNKNOWN: &str = "";

/// A connection of the application's, to one server or to a cluster.
pub(crate) struct Given {
    kind: Kind,
    response_timeout: Duration,
}

enum Kind {
    One(Box<dyn One>),
    Cluster(ClusterConnection),
}

/// What the driver's connections to one server have in common, without their type.
trait One: Send + Sync {
    fn call<'a>(&'a self, command: &'a Cmd) -> BoxFuture<'a, RedisResult<Value>>;
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> One for C {
    fn call<'a>(&'a self, command: &'a Cmd) -> BoxFuture<'a, RedisResult<Value>> {
        let mut connection = self.clone();
        Box::pin(async move { connection.req_packed_command(command).await })
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            Kind::One(_) => "the application's connection",
            Kind::Cluster(_) => "the application's cluster connection",
        })
    }
}

impl Given {
    pub(crate) fn one(
        connection: impl ConnectionLike + Clone + Send + Sync + 'static,
        response_timeout: Duration,
    ) -> Self {
        Self {
            kind: Kind::One(Box::new(connection)),
            response_timeout,
        }
    }

    pub(crate) const fn cluster(connection: ClusterConnection, response_timeout: Duration) -> Self {
        Self {
            kind: Kind::Cluster(connection),
            response_timeout,
        }
    }

    pub(crate) const fn is_cluster(&self) -> bool {
        matches!(self.kind, Kind::Cluster(_))
    }

    /// Sends a command to where its key is, and awaits the answer.
    pub(crate) async fn call(&self, command: &Cmd) -> Result<Value, Failure> {
        match &self.kind {
            Kind::One(connection) => self.within_limit(connection.call(command)).await,
            Kind::Cluster(connection) => self.call_cluster(connection, command).await,
        }
    }

    /// The driver follows redirections by sending commands again, which it does after lost answers too, unless it is told
    /// not to do either. So they are followed here.
    async fn call_cluster(&self, connection: &ClusterConnection, command: &Cmd) -> Result<Value, Failure> {
        // The driver takes note of what has moved, in its own time.
        let mut moved_to = None;
        for _ in 0..MOST_REDIRECTIONS {
            let mut connection = connection.clone();
            let answer = match moved_to.take() {
                None => self.within_limit(connection.req_packed_command(command)).await,
                Some(node) => {
                    let routing = RoutingInfo::SingleNode(node);
                    let answer = connection.route_command(command.clone(), routing);
                    Box::pin(self.within_limit(answer)).await
                }
            };
            let failure = match answer {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let node = || redirected_to(&failure).ok_or_else(|| failure.clone());
            match failure.server_error() {
                Some(ServerErrorKind::Moved) => moved_to = Some(node()?),
                Some(ServerErrorKind::Ask) => match Box::pin(self.ask(connection, node()?, command)).await {
                    // The slot has come back, or goes on: by then the first node knows.
                    Err(failure) if redirected_to(&failure).is_some() => {}
                    outcome => return outcome,
                },
                _ => return Err(failure),
            }
        }
        Err(Failure::NotSent(Arc::new(Refusal::Redirected(MOST_REDIRECTIONS))))
    }

    async fn ask(
        &self,
        mut connection: ClusterConnection,
        node: SingleNodeRoutingInfo,
        command: &Cmd,
    ) -> Result<Value, Failure> {
        let mut commands = Pipeline::with_capacity(2);
        commands.add_command(redis::cmd("ASKING")).add_command(command.clone());
        let answers = async {
            let answers = connection.route_pipeline(commands, 0, 2, node).await?;
            Ok(answers.into_iter().nth(1).unwrap_or(Value::Nil))
        };
        self.within_limit(answers).await
    }

    /// The masters of a cluster; nothing where there is but one server.
    pub(crate) async fn masters(&self) -> Result<Vec<NodeAddress>, Failure> {
        let mut question = redis::cmd("CLUSTER");
        question.arg("SLOTS");
        let Kind::Cluster(connection) = &self.kind else {
            return Ok(Vec::new());
        };
        let routing = RoutingInfo::SingleNode(SingleNodeRoutingInfo::Random);
        let mut connection = connection.clone();
        let answer = self.within_limit(connection.route_command(question, routing)).await?;
        let ranges = read_slot_ranges(answer, UNKNOWN);
        let mut masters: Vec<_> = ranges.into_iter().map(|range| range.master).collect();
        masters.sort_unstable();
        masters.dedup();
        Ok(masters)
    }

    /// Sends a command to one node.
    pub(crate) async fn call_at(&self, (host, port): &NodeAddress, command: &Cmd) -> Result<Value, Failure> {
        let Kind::Cluster(connection) = &self.kind else {
            return self.call(command).await;
        };
        let node = SingleNodeRoutingInfo::ByAddress {
            host: host.clone(),
            port: *port,
        };
        let mut connection = connection.clone();
        let answer = connection.route_command(command.clone(), RoutingInfo::SingleNode(node));
        self.within_limit(answer).await
    }

    async fn within_limit(&self, answer: impl Future<Output = RedisResult<Value>>) -> Result<Value, Failure> {
        let limit = self.response_timeout;
        match timeout(limit, answer).await {
            Ok(answer) => answer
                .and_then(Value::extract_error)
                .map_err(|error| Failure::of(error, limit)),
            Err(_) => Err(Failure::Lost(Arc::new(Refusal::TimedOut(limit)))),
        }
    }
}

fn redirected_to(failure: &Failure) -> Option<SingleNodeRoutingInfo> {
    let Failure::Refused(error) = failure else { return None };
    let (address, _) = error.redirect_node()?;
    let (host, port) = address.rsplit_once(':')?;
    Some(SingleNodeRoutingInfo::ByAddress {
        host: host.to_owned(),
        port: port.parse().ok()?,
    })
}
