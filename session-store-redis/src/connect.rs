//! From settings to a store.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use redis::io::tcp::TcpSettings;
use redis::io::tcp::socket2::TcpKeepalive;
use redis::{ConnectionInfo, ProtocolVersion};
use session_core::StoreKey;

use crate::address::{Address, at};
use crate::cluster::Cluster;
use crate::connect_error::RedisConnectError;
use crate::connection::ConnectionSettings;
#[cfg(feature = "express")]
use crate::express::{self, ConnectRedisStore};
use crate::keys::Keys;
use crate::near_cache::NearCache;
use crate::script;
use crate::sentinel::Sentinel;
use crate::server::{Access, Place, Server};
use crate::server_info::Role;
use crate::servers::Servers;
use crate::sessions::Sessions;
use crate::settings::{RedisStoreBuilder, Target, out_of_bounds};
use crate::slots::NodeAddress;
use crate::store::RedisStore;

/// After how long a silent connection shows that it is used, to routers that would forget it.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// Before the keys of sessions that are ours alone.
const PREFIX: &str = "session:";
/// What is opened unasked on machines with more processors.
const MOST_CONNECTIONS_BY_DEFAULT: usize = 17;

impl RedisStoreBuilder {
    /// Connects, and makes sure that the server is one that the store can work with, and lets it work.
    ///
    /// Must be called on a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the URL or a setting is not possible, or the server can't be reached, is too old, or refuses.
    pub async fn connect(self) -> Result<RedisStore, RedisConnectError> {
        self.check()?;
        let keys = Keys::new(self.prefix.clone().unwrap_or_else(|| PREFIX.to_owned()))?;
        let near_cache = self
            .near_cache
            .map(|settings| Arc::new(NearCache::new(&settings, keys.clone())));
        let sessions = Sessions {
            servers: self.servers(near_cache.as_ref())?,
            keys,
            near_cache,
        };
        probe(&sessions.servers, &sessions.keys).await?;
        Ok(RedisStore::new(sessions))
    }

    /// The same for sessions that an Express app keeps here, too.
    #[cfg(feature = "express")]
    pub(crate) async fn connect_with_express(self) -> Result<ConnectRedisStore, RedisConnectError> {
        self.check()?;
        if self.near_cache.is_some() {
            let bounds = "not to be set, for Express says nothing of what it writes";
            return Err(out_of_bounds("near_cache", "set".to_owned(), bounds).into());
        }
        let keys = Keys::new(self.prefix.clone().unwrap_or_else(|| express::PREFIX.to_owned()))?;
        let servers = self.servers(None)?;
        probe(&servers, &keys).await?;
        Ok(ConnectRedisStore::new(servers, keys))
    }

    fn servers(&self, near_cache: Option<&Arc<NearCache>>) -> Result<Servers, RedisConnectError> {
        let given_can_not = |setting, bounds| Err(out_of_bounds(setting, "set".to_owned(), bounds).into());
        let url = match &self.target {
            Target::Url(url) => url,
            Target::Given(_) if near_cache.is_some() => {
                return given_can_not("near_cache", "connections that the store makes itself, by a URL");
            }
            Target::Given(_) if self.replicas.is_some() => {
                return given_can_not("wait_for_replicas", "connections that the store makes itself, by a URL");
            }
            Target::Given(_) if self.tls.is_set() => return Err(RedisConnectError::CertificatesWithoutTls),
            Target::Given(give) => return Ok(Servers::Given(give(self.response_timeout))),
        };
        let processors = available_parallelism().map_or(1, NonZeroUsize::get);
        let connections = self
            .connections
            .unwrap_or((processors + 1).min(MOST_CONNECTIONS_BY_DEFAULT));
        let settings = |role| ConnectionSettings {
            connect_timeout: self.connect_timeout,
            response_timeout: self.response_timeout,
            role,
            near_cache: near_cache.cloned(),
        };
        let prepare = |info| self.tls.prepare(tuned(info));
        Ok(match Address::parse(url)? {
            Address::One(info) => {
                let place = Place::Fixed(prepare(info)?);
                Servers::One(Server::new(place, settings(Role::Single), connections, self.replicas))
            }
            Address::Sentinel {
                sentinels,
                name,
                master,
            } => {
                let master = prepare(master)?;
                let sentinels = sentinels.into_iter().map(|address| self.sentinel(&master, address));
                let place = Place::Sentinel(Sentinel::new(sentinels.collect(), master.clone(), &name));
                Servers::One(Server::new(place, settings(Role::Single), connections, self.replicas))
            }
            Address::Cluster { seeds, node } => {
                let node = prepare(node)?;
                let settings = settings(Role::ClusterNode);
                Servers::Cluster(Box::new(Cluster::new(
                    seeds,
                    node,
                    settings,
                    connections,
                    self.replicas,
                )))
            }
        })
    }

    /// How to talk to a Sentinel: as to the master, but for who this is.
    fn sentinel(&self, master: &ConnectionInfo, address: NodeAddress) -> ConnectionInfo {
        let mut redis = redis::RedisConnectionInfo::default();
        if let Some((user, password)) = &self.sentinel_credentials {
            redis = redis.set_password(password);
            if !user.is_empty() {
                redis = redis.set_username(user);
            }
        }
        let address = at(master.addr(), address);
        master.clone().set_addr(address).set_redis_settings(redis)
    }
}

/// A small command waits for no other, and answers may come with what the server says unasked.
fn tuned(info: ConnectionInfo) -> ConnectionInfo {
    let redis = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
    let tcp = TcpSettings::default()
        .set_nodelay(true)
        .set_keepalive(TcpKeepalive::new().with_time(KEEPALIVE));
    info.set_redis_settings(redis).set_tcp_settings(tcp)
}

/// Runs a script on a session that there is none of, and removes it, which needs all that the store needs: the server, the
/// password, the permission for scripts, for writes and for the prefix.
async fn probe(servers: &Servers, keys: &Keys) -> Result<(), RedisConnectError> {
    let place = keys.session(&StoreKey::from_bytes([0; 32]));
    let revision = [0; 8];
    let answer = servers.run(&script::DROP, &[&place], &[&revision], Access::Read).await;
    answer.map_err(RedisConnectError::of_failure)?;
    let mut remove = redis::cmd("UNLINK");
    remove.arg(&place);
    let answer = servers.call(&place, &remove, Access::Read).await;
    answer.map(drop).map_err(RedisConnectError::of_failure)
}
