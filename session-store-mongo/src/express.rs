//! Sessions of an Express app, as connect-mongodb-session and connect-mongo keep them.

mod conversion;
mod shared;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use session_core::{
    ConfigError, ExpressHabits, ExpressRecord, ExpressRemoved, ExpressReplaced, ExpressSession, ExpressSid,
    ExpressStore, ExpressVersion, Moment, StoreError,
};

use crate::connect_error::MongoConnectError;
use crate::settings::MongoStoreBuilder;
use shared::{Customs, Form, SharedSessions, WithoutEnd};

/// What both packages give to a session whose cookie has no end.
const LIFETIME: Duration = Duration::from_secs(14 * 24 * 60 * 60);
const LONGEST: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// The sessions of an Express app that keeps them with connect-mongodb-session 5.
///
/// A session is a document: `_id` is the id, `session` what Express sees, and `expires` the end. One command for each
/// operation, two where somebody else has written in between, and two or three for a new id. A replacement looks whether
/// the whole of `session` is still what was read, so that a write of Express in between is never overwritten; what it does not
/// change keeps its type in the database, dates and long integers too.
///
/// That package never moves an end when a session is read, and neither does this: a session ends so long after its last
/// change.
///
/// Clones are cheap and share their connections. `Debug` shows the names of database and collection, and no password.
///
/// ```no_run
/// use session_core::{ExpressSecrets, ExpressSettings, SessionManager};
/// use session_store_mongo::ConnectMongodbSessionStore;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = ConnectMongodbSessionStore::connect("mongodb://127.0.0.1:27017/shop").await?;
/// let settings = ExpressSettings::new(ExpressSecrets::new(["keyboard cat"])?).owner_member("user.email");
/// let manager = SessionManager::sharing_with_express(store, settings).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ConnectMongodbSessionStore(Shared);

/// The sessions of an Express app that keeps them with connect-mongo 6.
///
/// As [`ConnectMongodbSessionStore`], but that `session` is text (JSON), unless [`embedded`](Self::embedded), and that the end
/// moves when a session is read.
///
/// ```no_run
/// use session_core::{ExpressSecrets, ExpressSettings, SessionManager};
/// use session_store_mongo::ConnectMongoStore;
/// use std::time::Duration;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = ConnectMongoStore::connect("mongodb://127.0.0.1:27017/shop").await?;
/// let store = store.touch_after(Duration::from_secs(3600));
/// let settings = ExpressSettings::new(ExpressSecrets::new(["keyboard cat"])?).owner_member("user.email");
/// let manager = SessionManager::sharing_with_express(store, settings).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ConnectMongoStore(Shared);

#[derive(Clone)]
struct Shared {
    sessions: Arc<SharedSessions>,
    customs: Customs,
}

impl ConnectMongodbSessionStore {
    /// The store at `url`, which has the form that [`MongoStore::connect`](crate::MongoStore::connect) describes, with what
    /// connect-mongodb-session has by default: the collection `sessions`.
    ///
    /// # Errors
    ///
    /// [`MongoConnectError`] says what would be right.
    pub async fn connect(url: impl Into<String>) -> Result<Self, MongoConnectError> {
        Self::open(MongoStoreBuilder::of_url(url.into())).await
    }

    /// The store that these settings lead to, in the collection `sessions` unless they name another one.
    ///
    /// # Errors
    ///
    /// [`MongoConnectError`] says what would be right.
    pub async fn open(builder: MongoStoreBuilder) -> Result<Self, MongoConnectError> {
        let customs = Customs {
            form: Form::Document,
            without_end: WithoutEnd::Lives,
            habits: ExpressHabits {
                lifetime: LIFETIME,
                slides: false,
            },
            touch_after: Duration::ZERO,
            keeps_timestamps: false,
        };
        Ok(Self(Shared::open(builder, customs).await?))
    }

    /// `expires`: how long a session lives whose cookie has no end, 1 second to 400 days. Default 14 days, as there.
    ///
    /// # Errors
    ///
    /// When it is out of its bounds.
    pub fn expires(self, lifetime: Duration) -> Result<Self, ConfigError> {
        Ok(Self(self.0.lifetime("expires", lifetime)?))
    }
}

impl ConnectMongoStore {
    /// The store at `url`, which has the form that [`MongoStore::connect`](crate::MongoStore::connect) describes, with what
    /// connect-mongo has by default: the collection `sessions`.
    ///
    /// # Errors
    ///
    /// [`MongoConnectError`] says what would be right.
    pub async fn connect(url: impl Into<String>) -> Result<Self, MongoConnectError> {
        Self::open(MongoStoreBuilder::of_url(url.into())).await
    }

    /// The store that these settings lead to, in the collection `sessions` unless they name another one.
    ///
    /// # Errors
    ///
    /// [`MongoConnectError`] says what would be right.
    pub async fn open(builder: MongoStoreBuilder) -> Result<Self, MongoConnectError> {
        let customs = Customs {
            form: Form::Text,
            without_end: WithoutEnd::LivesIfAbsent,
            habits: ExpressHabits {
                lifetime: LIFETIME,
                slides: true,
            },
            touch_after: Duration::ZERO,
            keeps_timestamps: false,
        };
        Ok(Self(Shared::open(builder, customs).await?))
    }

    /// `ttl`: how long a session lives whose cookie has no end, 1 second to 400 days. Default 14 days, as there.
    ///
    /// # Errors
    ///
    /// When it is out of its bounds.
    pub fn ttl(self, lifetime: Duration) -> Result<Self, ConfigError> {
        Ok(Self(self.0.lifetime("ttl", lifetime)?))
    }

    /// `touchAfter`: reading a session moves its end at most once in this time; where it is too early, the attempt costs one
    /// command more. Default zero, as there, where the manager has a limit of its own: once in a tenth of the session's life.
    #[must_use]
    pub fn touch_after(mut self, time: Duration) -> Self {
        self.0.customs.touch_after = time;
        self
    }

    /// `stringify: false`: `session` is a document and not text.
    #[must_use]
    pub fn embedded(mut self) -> Self {
        self.0.customs.form = Form::Document;
        self
    }

    /// `timestamps: true`: the fields `createdAt` and `updatedAt` are kept.
    #[must_use]
    pub fn timestamps(mut self) -> Self {
        self.0.customs.keeps_timestamps = true;
        self
    }
}

impl Shared {
    async fn open(builder: MongoStoreBuilder, customs: Customs) -> Result<Self, MongoConnectError> {
        let sessions = Arc::new(SharedSessions::open(builder).await?);
        Ok(Self { sessions, customs })
    }

    fn lifetime(mut self, setting: &'static str, lifetime: Duration) -> Result<Self, ConfigError> {
        if lifetime < Duration::from_secs(1) || lifetime > LONGEST {
            return Err(ConfigError::Bounds {
                setting,
                value: format!("{lifetime:?}"),
                bounds: "1 second to 400 days",
            });
        }
        self.customs.habits.lifetime = lifetime;
        Ok(self)
    }

    fn debug(&self, name: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct(name)
            .field("sessions", &self.sessions)
            .field("customs", &self.customs)
            .finish()
    }
}

macro_rules! is_express_store {
    ($($store:ident)*) => {$(
        impl fmt::Debug for $store {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.debug(stringify!($store), formatter)
            }
        }

        #[async_trait]
        impl ExpressStore for $store {
            fn habits(&self) -> ExpressHabits {
                self.0.customs.habits
            }

            async fn load(&self, sid: &ExpressSid, now: Moment) -> Result<Option<ExpressRecord>, StoreError> {
                self.0.sessions.load(&self.0.customs, sid, now).await
            }

            async fn create(
                &self,
                sid: &ExpressSid,
                session: &ExpressSession<'_>,
                now: Moment,
            ) -> Result<Option<ExpressVersion>, StoreError> {
                self.0.sessions.create(&self.0.customs, sid, session, now).await
            }

            async fn replace(
                &self,
                sid: &ExpressSid,
                session: &ExpressSession<'_>,
                expected: &ExpressVersion,
                now: Moment,
            ) -> Result<ExpressReplaced, StoreError> {
                self.0.sessions.replace(&self.0.customs, sid, (session, expected), now).await
            }

            async fn touch(&self, sid: &ExpressSid, expires_at: Moment, now: Moment) -> Result<bool, StoreError> {
                self.0.sessions.touch(&self.0.customs, sid, expires_at, now).await
            }

            async fn delete(&self, sid: &ExpressSid, expected: Option<&ExpressVersion>) -> Result<ExpressRemoved, StoreError> {
                self.0.sessions.delete(&self.0.customs, sid, expected).await
            }
        }
    )*};
}

is_express_store!(ConnectMongodbSessionStore ConnectMongoStore);
