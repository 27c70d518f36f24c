//! A cluster: its nodes, and the way to the one that has a slot.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use futures_util::future::select_ok;
use redis::{Cmd, ConnectionInfo, ServerErrorKind, Value};
use tokio::time::Instant;

use crate::address::at;
use crate::connection::{Connection, ConnectionSettings};
use crate::failure::{Failure, Refusal};
use crate::server::{Access, Asking, Place, Server};
use crate::slots::{NodeAddress, SlotRange, read_slot_ranges, redirected_to, slot_of};
use crate::surrounded::Replicas;

/// How often one command may be redirected: a slot that moves, and a failover meanwhile, are two or three.
pub(crate) const MOST_REDIRECTIONS: usize = 5;
/// Between two looks at which node has what.
const PAUSE_BETWEEN_LOOKS: Duration = Duration::from_millis(100);
/// How many nodes are asked at the same time.
const ASKED_AT_ONCE: usize = 3;

/// A cluster that is reached at any of its nodes.
///
/// The driver's own cluster client is not used here, since it sends commands again by itself when their answers are
/// lost, and sends all commands through one task.
pub(crate) struct Cluster {
    /// How to talk to a node, but for where it is.
    node: ConnectionInfo,
    seeds: Vec<NodeAddress>,
    settings: ConnectionSettings,
    connections: usize,
    replicas: Option<Replicas>,
    map: ArcSwap<Map>,
    servers: Mutex<BTreeMap<NodeAddress, Arc<Server>>>,
    /// When the map was looked at last.
    looked_at: tokio::sync::Mutex<Option<Instant>>,
}

#[derive(Default)]
struct Map {
    ranges: Vec<Range>,
}

struct Range {
    first: u16,
    last: u16,
    master: Node,
}

/// A node, and where it is.
#[derive(Clone)]
struct Node {
    address: NodeAddress,
    server: Arc<Server>,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seeds = self.seeds.iter().map(|(host, port)| format!("{host}:{port}"));
        formatter
            .debug_struct("Cluster")
            .field("seeds", &seeds.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Cluster {
    pub(crate) fn new(
        seeds: Vec<NodeAddress>,
        node: ConnectionInfo,
        settings: ConnectionSettings,
        connections: usize,
        replicas: Option<Replicas>,
    ) -> Self {
        Self {
            node,
            seeds,
            settings,
            connections,
            replicas,
            map: ArcSwap::default(),
            servers: Mutex::default(),
            looked_at: tokio::sync::Mutex::default(),
        }
    }

    /// Sends a command to the node that has `key`, and awaits its answer.
    pub(crate) async fn call(&self, key: &[u8], command: &Cmd, access: Access) -> Result<Value, Failure> {
        let slot = slot_of(key);
        let mut node = self.master_of(slot).await?;
        for _ in 0..MOST_REDIRECTIONS {
            let failure = match node.server.call(command, access, Asking::No).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            node = match failure.server_error() {
                Some(ServerErrorKind::Moved) => self.moved(&failure, &node).await?,
                Some(ServerErrorKind::Ask) => {
                    let target = self.redirection(&failure, &node)?;
                    match target.server.call(command, access, Asking::Yes).await {
                        // The slot has come back, or goes on: by then the first node knows.
                        Err(failure) if is_redirection(&failure) => node,
                        outcome => return outcome,
                    }
                }
                Some(_) | None => self.replacement(slot, &node, failure).await?,
            };
        }
        Err(Failure::NotSent(Arc::new(Refusal::Redirected(MOST_REDIRECTIONS))))
    }

    /// As [`Cluster::call`] for a command that only reads, with the connection that it came over.
    pub(crate) async fn read(&self, key: &[u8], command: &Cmd) -> Result<(Value, Option<Arc<Connection>>), Failure> {
        let node = self.master_of(slot_of(key)).await?;
        if let Ok(connection) = node.server.reader().await {
            match node.server.mind(&connection, connection.call(command).await) {
                Ok(answer) => return Ok((answer, Some(connection))),
                Err(failure @ Failure::Lost(_)) => return Err(failure),
                Err(Failure::NotSent(_) | Failure::Refused(_)) => {}
            }
        }
        // Along redirections, or to another master.
        Ok((self.call(key, command, Access::Read).await?, None))
    }

    /// The masters of today.
    pub(crate) async fn masters(&self) -> Result<Vec<Arc<Server>>, Failure> {
        self.look_anew(&mut *self.looked_at.lock().await).await?;
        let map = self.map.load();
        let masters = map.ranges.iter().map(|range| &range.master);
        let by_address: BTreeMap<_, _> = masters.map(|node| (&node.address, &node.server)).collect();
        Ok(by_address.into_values().cloned().collect())
    }

    async fn master_of(&self, slot: u16) -> Result<Node, Failure> {
        if let Some(node) = self.known_master_of(slot) {
            return Ok(node);
        }
        self.look().await?;
        let node = self.known_master_of(slot);
        node.ok_or_else(|| Failure::NotSent(Arc::new(Refusal::NoMaster)))
    }

    fn known_master_of(&self, slot: u16) -> Option<Node> {
        let map = self.map.load();
        let after = map.ranges.partition_point(|range| range.first <= slot);
        let range = map.ranges.get(after.checked_sub(1)?)?;
        (slot <= range.last).then(|| range.master.clone())
    }

    /// Where the node says that the slot is. What else has moved will be known, too.
    async fn moved(&self, failure: &Failure, node: &Node) -> Result<Node, Failure> {
        let target = self.redirection(failure, node)?;
        // If nobody answers now, the redirections go on telling.
        if let Err(failure) = self.look().await {
            tracing::debug!(target: "session_kit", ?failure, "the cluster's slots can't be read");
        }
        Ok(target)
    }

    fn redirection(&self, failure: &Failure, node: &Node) -> Result<Node, Failure> {
        let Failure::Refused(error) = failure else {
            return Err(failure.clone());
        };
        let address = error.redirect_node().map(|(address, _)| address);
        let address = address.and_then(|address| redirected_to(address, &node.address.0));
        match address {
            Some(address) => Ok(self.node_at(address)),
            None => Err(failure.clone()),
        }
    }

    /// Another node for a command that was never sent, if the cluster has given the slot to one; else the failure.
    async fn replacement(&self, slot: u16, node: &Node, failure: Failure) -> Result<Node, Failure> {
        let was_refused = failure.is_read_only()
            || matches!(
                failure.server_error(),
                Some(ServerErrorKind::MasterDown | ServerErrorKind::ClusterDown)
            );
        if was_refused || matches!(failure, Failure::NotSent(_)) {
            let looked = self.look().await;
            let master = self
                .known_master_of(slot)
                .filter(|master| master.address != node.address);
            if let (Ok(()), Some(master)) = (looked, master) {
                return Ok(master);
            }
        }
        Err(failure)
    }

    /// Asks the nodes which has what, unless somebody has just done so.
    async fn look(&self) -> Result<(), Failure> {
        let mut looked_at = self.looked_at.lock().await;
        let is_fresh = looked_at.is_some_and(|moment| moment.elapsed() < PAUSE_BETWEEN_LOOKS);
        if is_fresh && !self.map.load().ranges.is_empty() {
            return Ok(());
        }
        self.look_anew(&mut looked_at).await
    }

    async fn look_anew(&self, looked_at: &mut Option<Instant>) -> Result<(), Failure> {
        let outcome = Box::pin(self.ask_for_slots()).await;
        *looked_at = Some(Instant::now());
        outcome
    }

    async fn ask_for_slots(&self) -> Result<(), Failure> {
        let mut question = redis::cmd("CLUSTER");
        question.arg("SLOTS");
        let mut last = Failure::NotSent(Arc::new(Refusal::NoMaster));
        // Some at once, so that one that is frozen does not keep the others from answering.
        for addresses in self.addresses().chunks(ASKED_AT_ONCE) {
            let questions = addresses
                .iter()
                .map(|address| Box::pin(self.ask_node(address, &question)));
            match select_ok(questions).await {
                Ok((ranges, _)) => {
                    self.know(ranges);
                    return Ok(());
                }
                Err(failure) => last = failure,
            }
        }
        Err(last)
    }

    async fn ask_node(&self, address: &NodeAddress, question: &Cmd) -> Result<Vec<SlotRange>, Failure> {
        let node = self.node_at(address.clone());
        let answer = node.server.call(question, Access::Read, Asking::No).await?;
        let ranges = read_slot_ranges(answer, &node.address.0);
        if ranges.is_empty() {
            return Err(Failure::NotSent(Arc::new(Refusal::NoMaster)));
        }
        Ok(ranges)
    }

    /// Whom to ask: the nodes that are known, in any order, then those that the application named.
    fn addresses(&self) -> Vec<NodeAddress> {
        let mut addresses: Vec<_> = self.servers().keys().cloned().collect();
        fastrand::shuffle(&mut addresses);
        let seeds = self.seeds.iter().filter(|seed| !addresses.contains(seed)).cloned();
        let seeds: Vec<_> = seeds.collect();
        addresses.extend(seeds);
        addresses
    }

    fn know(&self, mut ranges: Vec<SlotRange>) {
        ranges.sort_unstable_by_key(|range| range.first);
        let ranges: Vec<_> = ranges
            .into_iter()
            .map(|range| Range {
                first: range.first,
                last: range.last,
                master: self.node_at(range.master),
            })
            .collect();
        // Nodes that have left are forgotten, but for those whom the application named.
        let is_known = |address: &NodeAddress| ranges.iter().any(|range| range.master.address == *address);
        self.servers()
            .retain(|address, _| self.seeds.contains(address) || is_known(address));
        self.map.store(Arc::new(Map { ranges }));
    }

    fn node_at(&self, address: NodeAddress) -> Node {
        let mut servers = self.servers();
        let server = servers.entry(address.clone()).or_insert_with(|| {
            let info = self.node.clone().set_addr(at(self.node.addr(), address.clone()));
            Server::new(
                Place::Fixed(info),
                self.settings.clone(),
                self.connections,
                self.replicas,
            )
        });
        let server = Arc::clone(server);
        Node { address, server }
    }

    fn servers(&self) -> std::sync::MutexGuard<'_, BTreeMap<NodeAddress, Arc<Server>>> {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_redirection(failure: &Failure) -> bool {
    matches!(
        failure.server_error(),
        Some(ServerErrorKind::Moved | ServerErrorKind::Ask | ServerErrorKind::TryAgain)
    )
}
