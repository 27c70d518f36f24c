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
    latest: Arc<Latest>,
    watch: Mutex<Option<JoinHandle<()>>>,
}

/// The master that a Sentinel named last, whoever asked.
#[derive(Default)]
struct Latest(Mutex<Option<NodeAddress>>);

impl Latest {
    /// Whether there was another one before.
    fn replace(&self, address: &NodeAddress) -> bool {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = latest.replace(address.clone());
        before.is_some_and(|before| before != *address)
    }
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
            latest: Arc::default(),
            watch: Mutex::new(None),
        }
    }

    /// Where the master is, by the first Sentinel that knows, and whether it is another one than before.
    pub(crate) async fn master(&self, settings: &ConnectionSettings) -> Result<(ConnectionInfo, bool), Refusal> {
        // Each gets a part of the time, so that one that is frozen does not keep the next from being asked.
        let limit = settings.connect_timeout / 2;
        let mut source = None;
        for sentinel in &*self.sentinels {
            match timeout(limit, address_of_master(sentinel, &self.name)).await {
                Ok(Ok(Some(address))) => {
                    let has_changed = self.latest.replace(&address);
                    let info = self.master.clone().set_addr(at(self.master.addr(), address));
                    return Ok((info, has_changed));
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
    pub(crate) fn watch(&self, server: &Arc<Server>) {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        // It ends with the runtime that it was started on.
        if watch.as_ref().is_none_or(JoinHandle::is_finished) {
            let (sentinels, name) = (Arc::clone(&self.sentinels), Arc::clone(&self.name));
            let latest = Arc::clone(&self.latest);
            *watch = Some(tokio::spawn(listen(sentinels, name, Arc::downgrade(server), latest)));
        }
    }
}

async fn listen(sentinels: Arc<[ConnectionInfo]>, name: Arc<str>, server: Weak<Server>, latest: Arc<Latest>) {
    for sentinel in sentinels.iter().cycle() {
        if server.strong_count() == 0 {
            return;
        }
        // Whatever ends it, the next Sentinel goes on.
        if let Err(error) = listen_to(sentinel, &name, &server, &latest).await {
            tracing::debug!(target: "session_kit", %error, "a Sentinel is away");
        }
        sleep(PAUSE).await;
    }
}

/// Tells the server of each change that this Sentinel tells, until it falls silent for too long or goes away.
async fn listen_to(
    sentinel: &ConnectionInfo,
    name: &str,
    server: &Weak<Server>,
    latest: &Latest,
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
        let address = address?;
        let Some(server) = server.upgrade() else {
            return Ok(());
        };
        if address.is_some_and(|address| latest.replace(&address)) {
            tracing::warn!(target: "session_kit", master = name, "the session store's master has changed");
            server.reconnect();
        }
        drop(server);
        if let Ok(None) = timeout(LONGEST_SILENCE, messages.next()).await {
            return Ok(());
        }
    }
}

async fn address_of_master(sentinel: &ConnectionInfo, name: &str) -> Result<Option<(String, u16)>, RedisError> {
    let client = Client::open(sentinel.clone())?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let mut question = redis::cmd("SENTINEL");
    question.arg("GET-MASTER-ADDR-BY-NAME").arg(name);
    question.query_async(&mut connection).await
}
