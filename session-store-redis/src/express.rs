//! Sessions of an Express app, as connect-redis keeps them.

mod script;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use redis::Value;
use session_core::{
    ConfigError, ExpressHabits, ExpressRecord, ExpressRemoved, ExpressReplaced, ExpressSession, ExpressSid,
    ExpressStore, ExpressVersion, Moment, StoreError,
};

use crate::answer::{Unexpected, bulk_string};
use crate::connect_error::RedisConnectError;
use crate::failure::Failure;
use crate::keys::Keys;
use crate::script::Script;
use crate::server::Access;
use crate::servers::Servers;
use crate::settings::{RedisStoreBuilder, out_of_bounds};

/// The prefix that connect-redis has by default.
pub(crate) const PREFIX: &str = "sess:";
/// What connect-redis gives to a session whose cookie has no end.
const TTL: Duration = Duration::from_secs(24 * 60 * 60);
const LONGEST_TTL: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// What is left to a session whose key never ends: as there, the first read gives it an end.
const UNTIL_IT_IS_READ: Duration = Duration::from_secs(1);

/// The sessions of an Express app that keeps them with connect-redis 10.
///
/// A session is a string of JSON under `sess:` and its id, and lives as long as its key: what is written in it about its end
/// is Express's affair. One script each for every operation, and two or three for a new id; a replacement looks whether
/// the text is still the one that was read, so that a write of Express in between is never overwritten. No script touches
/// two sessions, so it is the same in a cluster, behind Sentinels and on one server.
///
/// Clones are cheap and share their connections. `Debug` shows where the servers are and no password.
///
/// ```no_run
/// use session_core::{ExpressSecrets, ExpressSettings, SessionManager};
/// use session_store_redis::ConnectRedisStore;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = ConnectRedisStore::connect("redis://127.0.0.1:6379/0").await?;
/// let settings = ExpressSettings::new(ExpressSecrets::new(["keyboard cat"])?).owner_member("user.email");
/// let manager = SessionManager::sharing_with_express(store, settings).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ConnectRedisStore {
    servers: Arc<Servers>,
    keys: Keys,
    habits: ExpressHabits,
}

impl ConnectRedisStore {
    /// The store at `url`, which has the form that [`RedisStore::connect`](crate::RedisStore::connect) describes, with what
    /// connect-redis has by default.
    ///
    /// # Errors
    ///
    /// When the URL is not possible, or the server can't be reached, is too old, or refuses.
    pub async fn connect(url: &str) -> Result<Self, RedisConnectError> {
        Self::open(RedisStoreBuilder::of_url(url.to_owned())).await
    }

    /// The store that these settings lead to, under the prefix `sess:` unless they have another one. There is no near-cache:
    /// Express says nothing of what it writes.
    ///
    /// Must be called on a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the URL or a setting is not possible, or the server can't be reached, is too old, or refuses.
    pub async fn open(builder: RedisStoreBuilder) -> Result<Self, RedisConnectError> {
        builder.connect_with_express().await
    }

    pub(crate) fn new(servers: Servers, keys: Keys) -> Self {
        Self {
            servers: Arc::new(servers),
            keys,
            habits: ExpressHabits {
                lifetime: TTL,
                slides: true,
            },
        }
    }

    /// `ttl`: how long a session lives whose cookie has no end, 1 second to 400 days. Default one day, as there.
    ///
    /// # Errors
    ///
    /// When it is out of its bounds.
    pub fn ttl(mut self, ttl: Duration) -> Result<Self, ConfigError> {
        if ttl < Duration::from_secs(1) || ttl > LONGEST_TTL {
            return Err(out_of_bounds("ttl", format!("{ttl:?}"), "1 second to 400 days"));
        }
        self.habits.lifetime = ttl;
        Ok(self)
    }

    /// `disableTouch`: reading a session does not move its end. Default: it does, as there.
    #[must_use]
    pub fn without_touch(mut self) -> Self {
        self.habits.slides = false;
        self
    }

    async fn run(
        &self,
        script: &Script,
        sid: &ExpressSid,
        arguments: &[&[u8]],
        access: Access,
    ) -> Result<Answer, Failure> {
        let place = self.keys.named(sid.as_str().as_bytes());
        let answer = self.servers.run(script, &[&place], arguments, access).await?;
        Ok(Answer::read(answer))
    }
}

impl fmt::Debug for ConnectRedisStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ConnectRedisStore")
            .field("servers", &self.servers)
            .field("keys", &self.keys)
            .field("habits", &self.habits)
            .finish()
    }
}

#[async_trait]
impl ExpressStore for ConnectRedisStore {
    fn habits(&self) -> ExpressHabits {
        self.habits
    }

    async fn load(&self, sid: &ExpressSid, now: Moment) -> Result<Option<ExpressRecord>, StoreError> {
        let answer = self.run(&script::LOAD, sid, &[], Access::Read).await;
        let answer = answer.map_err(Failure::of_reading)?;
        match answer.word.as_slice() {
            b"found" => Ok(Some(answer.record(now)?)),
            b"gone" => Ok(None),
            _ => Err(Unexpected.into()),
        }
    }

    async fn create(
        &self,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        now: Moment,
    ) -> Result<Option<ExpressVersion>, StoreError> {
        let arguments = [session.text.as_bytes(), &seconds(session.expires_at, now)];
        let answer = self.run(&script::CREATE, sid, &arguments, Access::Write).await;
        let answer = answer.map_err(Failure::of_writing)?;
        match answer.word.as_slice() {
            b"created" => Ok(Some(answer.digest()?)),
            b"taken" => Ok(None),
            _ => Err(Unexpected.into()),
        }
    }

    async fn replace(
        &self,
        sid: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        now: Moment,
    ) -> Result<ExpressReplaced, StoreError> {
        let arguments = [
            session.text.as_bytes(),
            &seconds(session.expires_at, now),
            expected.as_bytes(),
        ];
        let answer = self.run(&script::REPLACE, sid, &arguments, Access::Write).await;
        let answer = answer.map_err(Failure::of_writing)?;
        match answer.word.as_slice() {
            b"replaced" => Ok(ExpressReplaced::Replaced(answer.digest()?)),
            b"changed" => Ok(ExpressReplaced::Changed(answer.record(now)?)),
            b"gone" => Ok(ExpressReplaced::Gone),
            _ => Err(Unexpected.into()),
        }
    }

    async fn touch(&self, sid: &ExpressSid, expires_at: Moment, now: Moment) -> Result<bool, StoreError> {
        let answer = self
            .run(&script::TOUCH, sid, &[&seconds(expires_at, now)], Access::Read)
            .await;
        let answer = answer.map_err(Failure::of_writing)?;
        match answer.word.as_slice() {
            b"touched" => Ok(true),
            b"gone" => Ok(false),
            _ => Err(Unexpected.into()),
        }
    }

    async fn delete(&self, sid: &ExpressSid, expected: Option<&ExpressVersion>) -> Result<ExpressRemoved, StoreError> {
        let expected = expected.map_or(&[][..], ExpressVersion::as_bytes);
        let answer = self.run(&script::DELETE, sid, &[expected], Access::Write).await;
        let answer = answer.map_err(Failure::of_writing)?;
        match answer.word.as_slice() {
            b"removed" => Ok(ExpressRemoved::Removed),
            b"changed" => Ok(ExpressRemoved::Changed),
            b"absent" => Ok(ExpressRemoved::Absent),
            _ => Err(Unexpected.into()),
        }
    }
}

/// The time to live as connect-redis gives it: whole seconds, rounded up.
fn seconds(expires_at: Moment, now: Moment) -> Vec<u8> {
    let left = expires_at.since(now).as_millis().div_ceil(1000).max(1);
    left.to_string().into_bytes()
}

/// What a script answers: a word, and with some words more.
struct Answer {
    word: Vec<u8>,
    parts: Vec<Vec<u8>>,
    millis_left: i64,
}

impl Answer {
    fn read(answer: Value) -> Self {
        let mut read = Self {
            word: Vec::new(),
            parts: Vec::new(),
            millis_left: 0,
        };
        let Value::Array(parts) = answer else { return read };
        for part in parts {
            if let Value::Int(number) = part {
                read.millis_left = number;
            } else {
                read.parts.extend(bulk_string(part));
            }
        }
        if !read.parts.is_empty() {
            read.word = read.parts.remove(0);
        }
        read
    }

    fn digest(&self) -> Result<ExpressVersion, Unexpected> {
        self.parts
            .last()
            .map(|digest| ExpressVersion::new(digest))
            .ok_or(Unexpected)
    }

    fn record(&self, now: Moment) -> Result<ExpressRecord, Unexpected> {
        let text = self.parts.first().ok_or(Unexpected)?;
        let left = u64::try_from(self.millis_left).map_or(UNTIL_IT_IS_READ, Duration::from_millis);
        Ok(ExpressRecord {
            text: text.as_slice().into(),
            version: self.digest()?,
            expires_at: now + left,
        })
    }
}
