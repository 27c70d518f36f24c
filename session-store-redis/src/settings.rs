//! Which servers, and how to talk to them.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use redis::aio::ConnectionLike;
use redis::cluster_async::ClusterConnection;
use redis::io::tcp::TcpSettings;
use redis::io::tcp::socket2::TcpKeepalive;
use redis::{ConnectionInfo, ProtocolVersion};
use session_core::{ConfigError, StoreKey};

use crate::address::Address;
use crate::cluster::Cluster;
use crate::connect_error::RedisConnectError;
use crate::connection::ConnectionSettings;
use crate::given::Given;
use crate::keys::Keys;
use crate::near_cache::{NearCache, NearCacheSettings};
use crate::script;
use crate::sentinel::Sentinel;
use crate::server::{Access, Place, Server};
use crate::server_info::Role;
use crate::servers::Servers;
use crate::sessions::Sessions;
use crate::slots::NodeAddress;
use crate::store::RedisStore;
use crate::surrounded::Replicas;
use crate::tls::Tls;

const PREFIX: &str = "session:";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
/// After how long a silent connection shows that it is used, to routers that would forget it.
const KEEPALIVE: Duration = Duration::from_secs(30);
const MOST_CONNECTIONS: usize = 64;
/// What is opened unasked on machines with more processors.
const MOST_CONNECTIONS_BY_DEFAULT: usize = 17;

/// Settings of a [`RedisStore`].
///
/// ```no_run
/// use session_store_redis::{RedisConnectError, NearCacheSettings, RedisStore};
/// use std::time::Duration;
///
/// # async fn example() -> Result<(), RedisConnectError> {
/// let store = RedisStore::builder("redis+sentinel://:password@sentinel-a,sentinel-b,sentinel-c/shop")
///     .prefix("shop:session:")
///     .response_timeout(Duration::from_secs(1))
///     .near_cache(NearCacheSettings::new())
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct RedisStoreBuilder {
    target: Target,
    prefix: String,
    connections: Option<usize>,
    connect_timeout: Duration,
    response_timeout: Duration,
    replicas: Option<Replicas>,
    near_cache: Option<NearCacheSettings>,
    tls: Tls,
    sentinel_credentials: Option<(String, String)>,
}

enum Target {
    Url(String),
    Given(Box<dyn Fn(Duration) -> Given + Send>),
}

impl fmt::Debug for RedisStoreBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RedisStoreBuilder")
            .field("prefix", &self.prefix)
            .field("connections", &self.connections)
            .field("connect_timeout", &self.connect_timeout)
            .field("response_timeout", &self.response_timeout)
            .field("replicas", &self.replicas)
            .field("near_cache", &self.near_cache)
            .finish_non_exhaustive()
    }
}

impl RedisStoreBuilder {
    fn new(target: Target) -> Self {
        Self {
            target,
            prefix: PREFIX.to_owned(),
            connections: None,
            connect_timeout: CONNECT_TIMEOUT,
            response_timeout: RESPONSE_TIMEOUT,
            replicas: None,
            near_cache: None,
            tls: Tls::default(),
            sentinel_credentials: None,
        }
    }

    pub(crate) fn of_url(url: String) -> Self {
        Self::new(Target::Url(url))
    }

    pub(crate) fn of_connection(connection: impl ConnectionLike + Clone + Send + Sync + 'static) -> Self {
        Self::new(Target::Given(Box::new(move |limit| {
            Given::one(connection.clone(), limit)
        })))
    }

    pub(crate) fn of_cluster(connection: ClusterConnection) -> Self {
        Self::new(Target::Given(Box::new(move |limit| {
            Given::cluster(connection.clone(), limit)
        })))
    }

    /// What all keys of this store begin with: 1 to 64 visible ASCII characters, by default `session:`.
    ///
    /// Stores with different prefixes can share a database. A permission for `session:*` is all that the store needs.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How many connections to open to each server, 1 to 64; by default one for each processor and one more, at most 17.
    ///
    /// Each thread uses one of its own as far as there are enough: on four cores, four connections carried 1.6 times as many
    /// reads as one, and 2.7 times as many where each thread has its own runtime. The one more is for the thread that starts the
    /// application, whose connection none that works should share. They are opened when they are first needed. Writes that
    /// [wait for replicas](Self::wait_for_replicas) use as many again.
    pub const fn connections(mut self, connections: usize) -> Self {
        self.connections = Some(connections);
        self
    }

    /// How long opening a connection may take: 10 ms to 1 minute, by default one second.
    pub const fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long an answer may take: 10 ms to 1 minute, by default two seconds.
    ///
    /// It should be shorter than the manager's `operation_timeout`, so that there is time to try again. A command that was not
    /// answered in time gives the connection up: until the server is reached again, all calls fail at once.
    pub const fn response_timeout(mut self, limit: Duration) -> Self {
        self.response_timeout = limit;
        self
    }

    /// Writes wait until `count` replicas have acknowledged them, for at most `timeout` each.
    ///
    /// This makes it unlikely that a failover undoes a write, such as a sign-out; it can't exclude it, since a replica that
    /// does not have it may become the master (see `WAIT` in the documentation of Redis). Where fewer replicas acknowledge in time, the
    /// answer is [`StoreError::ReplyLost`](session_core::StoreError::ReplyLost): the write has happened, and may not last.
    /// Touches do not wait. In a cluster, `count` is that of each master.
    ///
    /// By default nothing waits. `count` is at least 1, and `timeout` 1 ms to half of the response time limit.
    pub const fn wait_for_replicas(mut self, count: u32, timeout: Duration) -> Self {
        self.replicas = Some(Replicas { count, timeout });
        self
    }

    /// Serves loads from the memory of this process, kept true by the server. By default there is no such cache.
    ///
    /// What is held is dropped when the server says that it has changed, which it does within the time that a message takes;
    /// when the connection over which it was read is lost; and when nothing was heard of the server for
    /// [`max_staleness`](NearCacheSettings::max_staleness). So a session that was ended on another node may be read here for
    /// that long; what is written to it is refused all the same, since the server decides about writes. This node's own writes
    /// are seen at once.
    ///
    /// Needs connections that the store makes itself.
    pub const fn near_cache(mut self, settings: NearCacheSettings) -> Self {
        self.near_cache = Some(settings);
        self
    }

    /// The certificates of the authorities that may have signed the server's, as PEM, for `rediss:`. By default those of the
    /// operating system, or of the file that the environment names in `SSL_CERT_FILE`.
    pub fn tls_authority(mut self, certificates: impl Into<Vec<u8>>) -> Self {
        self.tls.authority = Some(certificates.into());
        self
    }

    /// This client's certificate and its key, as PEM, for servers that ask for one.
    pub fn tls_client_certificate(mut self, certificate: impl Into<Vec<u8>>, key: impl Into<Vec<u8>>) -> Self {
        self.tls.client = Some((certificate.into(), key.into()));
        self
    }

    /// Who this is to the Sentinels, if they ask; an empty user is the default one. The URL's user and password are for the master.
    pub fn sentinel_credentials(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.sentinel_credentials = Some((user.into(), password.into()));
        self
    }

    /// Connects, and makes sure that the server is one that the store can work with, and lets it work.
    ///
    /// Must be called on a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the URL or a setting is not possible, or the server can't be reached, is too old, or refuses.
    pub async fn connect(self) -> Result<RedisStore, RedisConnectError> {
        self.check()?;
        let keys = Keys::new(self.prefix.clone())?;
        let near_cache = self
            .near_cache
            .map(|settings| Arc::new(NearCache::new(&settings, keys.clone())));
        let sessions = Sessions {
            servers: self.servers(near_cache.as_ref())?,
            keys,
            near_cache,
        };
        probe(&sessions).await?;
        Ok(RedisStore::new(sessions))
    }

    fn check(&self) -> Result<(), ConfigError> {
        let (shortest, longest) = (Duration::from_millis(10), Duration::from_secs(60));
        for (setting, limit) in [
            ("connect_timeout", self.connect_timeout),
            ("response_timeout", self.response_timeout),
        ] {
            if limit < shortest || limit > longest {
                return Err(out_of_bounds(setting, format!("{limit:?}"), "10 ms to 1 minute"));
            }
        }
        if let Some(connections) = self.connections
            && !(1..=MOST_CONNECTIONS).contains(&connections)
        {
            return Err(out_of_bounds("connections", connections.to_string(), "1 to 64"));
        }
        if let Some(replicas) = self.replicas {
            let wait = replicas.timeout;
            if replicas.count == 0 || wait < Duration::from_millis(1) || wait > self.response_timeout / 2 {
                let value = format!("{} within {wait:?}", replicas.count);
                let bounds = "at least 1, and 1 ms to half of the response time limit";
                return Err(out_of_bounds("wait_for_replicas", value, bounds));
            }
        }
        self.near_cache.map_or(Ok(()), |settings| settings.check())
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
        let address = crate::address::at(master.addr(), address);
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

/// Runs a script on a session that there is none of, which needs all that the store needs: the server, the password, the
/// permission for scripts and for the prefix.
async fn probe(sessions: &Sessions) -> Result<(), RedisConnectError> {
    let place = sessions.keys.session(&StoreKey::from_bytes([0; 32]));
    let revision = [0; 8];
    let servers = &sessions.servers;
    let answer = servers.run(&script::DROP, &[&place], &[&revision], Access::Read).await;
    answer.map(drop).map_err(RedisConnectError::of_failure)
}

fn out_of_bounds(setting: &'static str, value: String, bounds: &'static str) -> ConfigError {
    ConfigError::Bounds { setting, value, bounds }
}
