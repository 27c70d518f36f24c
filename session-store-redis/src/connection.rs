//! One connection to one server.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, Pipeline, PushInfo, PushKind, RedisError, Value,
};
use tokio::time::{Instant, timeout};

use crate::failure::{Failure, Refusal};
use crate::near_cache::NearCache;
use crate::server_info::{Role, ServerInfo};

/// How many commands may wait for a connection's turn to write before those who send them have to wait for their own.
const QUEUE: usize = 1024;

/// How a connection is made and what is asked of its server.
#[derive(Clone)]
pub(crate) struct ConnectionSettings {
    pub(crate) connect_timeout: Duration,
    pub(crate) response_timeout: Duration,
    pub(crate) role: Role,
    pub(crate) near_cache: Option<Arc<NearCache>>,
}

impl fmt::Debug for ConnectionSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ConnectionSettings").finish_non_exhaustive()
    }
}

/// A connection over which many commands are under way at once.
pub(crate) struct Connection {
    driver: MultiplexedConnection,
    line: Arc<Line>,
    response_timeout: Duration,
    role: Role,
    is_tracked: bool,
    pub(crate) generation: Generation,
}

/// The connections to a server that were opened since it was given up for the last time.
#[derive(Clone, Debug)]
pub(crate) struct Generation {
    number: u64,
    latest: Arc<AtomicU64>,
}

impl Generation {
    pub(crate) fn of(latest: &Arc<AtomicU64>) -> Self {
        Self {
            number: latest.load(Ordering::Acquire),
            latest: Arc::clone(latest),
        }
    }

    fn is_over(&self) -> bool {
        self.number != self.latest.load(Ordering::Acquire)
    }

    /// Gives all connections of this generation up, and says whether nobody else had done it.
    pub(crate) fn end(&self) -> bool {
        let next = self.number.saturating_add(1);
        self.latest.fetch_max(next, Ordering::AcqRel) < next
    }
}

/// What is known about the way to a server, for those who must not trust what came over it any longer.
pub(crate) struct Line {
    opened_at: Instant,
    generation: Generation,
    is_broken: AtomicBool,
    /// When the latest command was sent whose answer proves something, in milliseconds since the opening.
    answered: AtomicU64,
}

impl Line {
    pub(crate) fn new(generation: Generation) -> Self {
        Self {
            opened_at: Instant::now(),
            generation,
            is_broken: AtomicBool::new(false),
            answered: AtomicU64::new(0),
        }
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Acquire) || self.generation.is_over()
    }

    pub(crate) fn broke(&self) {
        self.is_broken.store(true, Ordering::Release);
    }

    pub(crate) fn answered(&self, sent_at: Instant) {
        let sent = millis(sent_at.duration_since(self.opened_at));
        self.answered.fetch_max(sent, Ordering::AcqRel);
    }

    /// For how long nothing that the server says may have reached us.
    pub(crate) fn silence(&self) -> Duration {
        let answered = Duration::from_millis(self.answered.load(Ordering::Acquire));
        self.opened_at.elapsed().saturating_sub(answered)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Connection {
    /// Connects, and makes sure that the server is one that this store can work with.
    pub(crate) async fn open(
        info: &ConnectionInfo,
        settings: &ConnectionSettings,
        generation: Generation,
    ) -> Result<Self, Refusal> {
        let server = info.addr().to_string();
        match timeout(settings.connect_timeout, Self::connect(info, settings, generation)).await {
            Ok(connected) => connected,
            Err(_) => Err(Refusal::ConnectTimedOut {
                server,
                limit: settings.connect_timeout,
                hint: if matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
                    ", needs `redis:` if it does not speak TLS"
                } else {
                    ""
                },
            }),
        }
    }

    async fn connect(
        info: &ConnectionInfo,
        settings: &ConnectionSettings,
        generation: Generation,
    ) -> Result<Self, Refusal> {
        let server = info.addr().to_string();
        let is_plain = matches!(info.addr(), ConnectionAddr::Tcp(..));
        let refused = |source: RedisError| {
            let server = server.clone();
            if is_plain && source.is_connection_dropped() && !source.is_connection_refusal() {
                Refusal::Closed { server, source }
            } else {
                Refusal::Connect { server, source }
            }
        };
        let line = Arc::new(Line::new(generation.clone()));
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(Some(settings.response_timeout))
            .set_pipeline_buffer_size(QUEUE)
            .set_push_sender(listener(Arc::clone(&line), settings.near_cache.clone()));
        let client = Client::open(info.clone()).map_err(refused)?;
        let mut driver = client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .map_err(refused)?;
        let info = ServerInfo::ask(&mut driver).await.map_err(refused)?;
        info.check(&server, settings.role)?;
        if settings.near_cache.is_some() {
            let mut tracking = redis::cmd("CLIENT");
            tracking.arg("TRACKING").arg("ON");
            tracking.exec_async(&mut driver).await.map_err(refused)?;
        }
        Ok(Self {
            driver,
            line,
            response_timeout: settings.response_timeout,
            role: settings.role,
            is_tracked: settings.near_cache.is_some(),
            generation,
        })
    }

    pub(crate) fn line(&self) -> &Arc<Line> {
        &self.line
    }

    pub(crate) const fn role(&self) -> Role {
        self.role
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.line.is_broken()
    }

    /// Sends a command and awaits its answer.
    pub(crate) async fn call(&self, command: &Cmd) -> Result<Value, Failure> {
        let sent_at = self.moment_of_proof();
        let answer = self.driver.clone().send_packed_command(command).await;
        self.judge(answer.and_then(Value::extract_error), sent_at)
    }

    /// Sends commands one right after the other, with nothing between them, and awaits the answers.
    pub(crate) async fn call_all(&self, commands: &Pipeline, count: usize) -> Result<Vec<Value>, Failure> {
        let sent_at = self.moment_of_proof();
        let answers = self.driver.clone().send_packed_commands(commands, 0, count).await;
        self.judge(answers, sent_at)
    }

    /// Now, if an answer to what is sent now proves something to a near-cache.
    fn moment_of_proof(&self) -> Option<Instant> {
        // A node of a cluster answers some commands when the slots are somebody else's already.
        (self.is_tracked && self.role == Role::Single).then(Instant::now)
    }

    fn judge<T>(&self, answer: Result<T, RedisError>, sent_at: Option<Instant>) -> Result<T, Failure> {
        let failure = match answer {
            Ok(answer) => {
                if let Some(sent_at) = sent_at {
                    self.line.answered(sent_at);
                }
                return Ok(answer);
            }
            Err(error) => Failure::of(error, self.response_timeout),
        };
        if matches!(failure, Failure::Lost(_) | Failure::NotSent(_)) {
            self.line.broke();
        }
        Err(failure)
    }
}

/// What was read over a connection that is given up is not kept true any longer.
impl Drop for Connection {
    fn drop(&mut self) {
        self.line.broke();
    }
}

/// What the driver calls, in the order in which the server says things.
fn listener(
    line: Arc<Line>,
    near_cache: Option<Arc<NearCache>>,
) -> impl Fn(PushInfo) -> Result<(), std::convert::Infallible> + Send + Sync + 'static {
    move |push| {
        match (&push.kind, &near_cache) {
            (PushKind::Disconnection, _) => line.broke(),
            (PushKind::Invalidate, Some(near_cache)) => near_cache.invalidate(&push.data),
            _ => {}
        }
        Ok(())
    }
}
