//! Which servers, and how to talk to them.

use std::fmt;
use std::time::Duration;

use redis::aio::ConnectionLike;
use redis::cluster_async::ClusterConnection;
use session_core::ConfigError;

use crate::given::Given;
use crate::near_cache::NearCacheSettings;
use crate::surrounded::Replicas;
use crate::tls::Tls;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
const MOST_CONNECTIONS: usize = 64;

/// Settings of a [`RedisStore`](crate::RedisStore).
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
    pub(crate) target: Target,
    pub(crate) prefix: Option<String>,
    pub(crate) connections: Option<usize>,
    pub(crate) connect_timeout: Duration,
    pub(crate) response_timeout: Duration,
    pub(crate) replicas: Option<Replicas>,
    pub(crate) near_cache: Option<NearCacheSettings>,
    pub(crate) tls: Tls,
    pub(crate) sentinel_credentials: Option<(String, String)>,
}

/// Where the store is to be.
pub(crate) enum Target {
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
            prefix: None,
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

    /// What all keys of this store begin with: 1 to 64 visible ASCII characters, by default `session:`, and `sess:` where an
    /// Express app shares them.
    ///
    /// Stores with different prefixes can share a database. A permission for `session:*` is all that the store needs.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
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
    /// With a `count` of all replicas nothing was lost in our failovers; with fewer, a failover that was ordered (`SENTINEL
    /// FAILOVER`) lost writes that the remaining replica had acknowledged, as the old master went on for a moment.
    ///
    /// Writes that wait go one after the other on each of their connections, so while replicas are missing each of them
    /// takes the whole `timeout`, and those behind it longer.
    ///
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

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
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
}

pub(crate) fn out_of_bounds(setting: &'static str, value: String, bounds: &'static str) -> ConfigError {
    ConfigError::Bounds { setting, value, bounds }
}
