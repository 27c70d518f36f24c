//! Masters that Sentinels name, and failovers.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures_util::StreamExt as _;
use redis::{Client, ConnectionInfo, RedisError};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::address::at;
use crate::connection::ConnectionSettings;
use crate::failure::Refusal;
use crate::server::Server;
use crate::slots::NodeAddress;

/// How long a Sentinel may be silent before the master is asked for again.
const LONGEST_SILENCE: Duration = Duration::from_secs(5);
/// Between two attempts to listen to a Sentinel.
const PAUSE: Duration = Duration::from_millis(500);
const FAILOVER_CHANNEL: &str = "+switch-master";

/// The Sentinels that watch over a master.
pub(crate) struct Sentinel {
    sentinels: Arc<[ConnectionInfo]>,
    /// How to talk to the master, but for where it is.
    master: ConnectionInfo,
    name: Arc<str>,
    /// Where the master was when it was asked for last.
    known: Arc<Mutex<Option<NodeAddress>>>,
    watch: Mutex<Option<JoinHandle<()>>>,
}

impl fmt::Debug for Sentinel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "master {:?} by Sentinel", self.name)
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        if let Some(watch) = self.watch.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            watch.abort();
        }
    }
}

impl Sentinel {
    pub(crate) fn new(sentinels: Vec<ConnectionInfo>, master: ConnectionInfo, name: &str) -> Self {
        Self {
            sentinels: sentinels.into(),
            master,
            name: name.into(),
            known: Arc::default(),
            watch: Mutex::new(None),
        }
    }

    /// Where the master is, by the first Sentinel that knows; from then on `server` hears of failovers.
    pub(crate) async fn master(
        &self,
        settings: &ConnectionSettings,
        server: &Arc<Server>,
    ) -> Result<ConnectionInfo, Refusal> {
        // Each gets a part of the time, so that one that is frozen does not keep the next from being asked.
        let limit = settings.connect_timeout / 2;
        let mut source = None;
        for sentinel in &*self.sentinels {
            match timeout(limit, address_of_master(sentinel, &self.name)).await {
                Ok(Ok(Some(address))) => {
                    learn(&self.known, &address, server);
                    self.watch(server);
                    return Ok(self.master.clone().set_addr(at(self.master.addr(), address)));
                }
                Ok(Ok(None)) | Err(_) => {}
                Ok(Err(error)) => source = Some(error),
            }
        }
        Err(Refusal::UnknownMaster {
            master: self.name.to_string(),
            source,
        })
    }

    /// Listens for failovers as long as `server` lives, so that no connection to a master of before goes on writing there.
    ///
    /// A master that was frozen takes writes when it thaws, until a Sentinel makes it a replica; they would be lost.
    fn watch(&self, server: &Arc<Server>) {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        // It ends with the runtime that it was started on.
        if watch.as_ref().is_none_or(JoinHandle::is_finished) {
            let (sentinels, name, known) = (
                Arc::clone(&self.sentinels),
                Arc::clone(&self.name),
                Arc::clone(&self.known),
            );
            *watch = Some(tokio::spawn(listen(sentinels, name, known, Arc::downgrade(server))));
        }
    }
}

/// Takes note of where the master is. If it was elsewhere, all connections are given up.
fn learn(known: &Mutex<Option<NodeAddress>>, address: &NodeAddress, server: &Server) {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if known.as_ref().is_some_and(|known| known != address) {
        tracing::warn!(target: "session_kit", ?server, "the session store's master has changed");
        server.reconnect();
    }
    *known = Some(address.clone());
}

async fn listen(
    sentinels: Arc<[ConnectionInfo]>,
    name: Arc<str>,
    known: Arc<Mutex<Option<NodeAddress>>>,
    server: Weak<Server>,
) {
    for sentinel in sentinels.iter().cycle() {
        if server.strong_count() == 0 {
            return;
        }
        // Whatever ends it, the next Sentinel goes on.
        if let Err(error) = listen_to(sentinel, &name, &known, &server).await {
            tracing::debug!(target: "session_kit", %error, "a Sentinel is away");
        }
        sleep(PAUSE).await;
    }
}

/// Tells the server of each change that this Sentinel tells, until it falls silent for too long or goes away.
async fn listen_to(
    sentinel: &ConnectionInfo,
    name: &str,
    known: &Mutex<Option<NodeAddress>>,
    server: &Weak<Server>,
) -> Result<(), RedisError> {
    let client = Client::open(sentinel.clone())?;
    let connecting = timeout(LONGEST_SILENCE, client.get_async_pubsub()).await;
    let Ok(subscription) = connecting else {
        return Ok(());
    };
    let mut subscription = subscription?;
    subscription.subscribe(FAILOVER_CHANNEL).await?;
    let mut messages = subscription.into_on_message();
    loop {
        // Also after each silence: a message may have been missed, or this Sentinel may be cut off from the others.
        let Ok(address) = timeout(LONGEST_SILENCE, address_of_master(sentinel, name)).await else {
            return Ok(());
        };
        let (Some(address), Some(server)) = (address?, server.upgrade()) else {
            return Ok(());
        };
        learn(known, &address, &server);
        drop(server);
        if let Ok(None) = timeout(LONGEST_SILENCE, messages.next()).await {
            return Ok(());
        }
    }
}

async fn address_of_master(sentinel: &ConnectionInfo, name: &str) -> Result<Option<NodeAddress>, RedisError> {
    let client = Client::open(sentinel.clone())?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let mut question = redis::cmd("SENTINEL");
    question.arg("GET-MASTER-ADDR-BY-NAME").arg(name);
    question.query_async(&mut connection).await
}
