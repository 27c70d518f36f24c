//! What a package of Express makes of a session.

use std::time::Duration;

use serde_json::{Map, Value};
use session_core::{Clock as _, ExpressHabits, Moment, StoreError, SystemClock};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// All that a document has of a cookie, in the order of express-session: what is not set is null.
const COOKIE: [&str; 9] = [
    "originalMaxAge",
    "partitioned",
    "priority",
    "expires",
    "secure",
    "httpOnly",
    "domain",
    "path",
    "sameSite",
];

/// Whose habits a store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "so they are named")]
pub(crate) enum Form {
    /// Text that lives as long as its key, which ends by the server's clock, in whole seconds.
    ConnectRedis,
    /// Text beside its end.
    ConnectMongo,
    /// A document beside its end.
    ConnectMongoEmbedded,
    /// A document beside its end, which no read moves.
    ConnectMongodbSession,
}

impl Form {
    pub(crate) fn keeps_text(self) -> bool {
        match self {
            Self::ConnectRedis | Self::ConnectMongo => true,
            Self::ConnectMongoEmbedded | Self::ConnectMongodbSession => false,
        }
    }

    /// Whether there is room for what is no session and no end.
    pub(crate) fn has_fields(self) -> bool {
        self != Self::ConnectRedis
    }

    pub(crate) fn habits(self) -> ExpressHabits {
        ExpressHabits {
            lifetime: if self == Self::ConnectRedis { DAY } else { DAY * 14 },
            slides: self != Self::ConnectMongodbSession,
        }
    }

    /// The moment that ends are compared with: a server has a clock of its own.
    pub(crate) fn now(self, now: Moment) -> Moment {
        if self == Self::ConnectRedis {
            SystemClock.now()
        } else {
            now
        }
    }

    /// The end that is kept where `expires_at` is asked for.
    pub(crate) fn end(self, expires_at: Moment, now: Moment) -> Moment {
        if self != Self::ConnectRedis {
            return expires_at;
        }
        let seconds = expires_at.since(now).as_millis().div_ceil(1000).max(1);
        self.now(now) + Duration::from_secs(u64::try_from(seconds).unwrap())
    }

    /// What is said to be the end of what has none: where the first read gives it one, soon.
    pub(crate) fn end_of_the_endless(self, now: Moment) -> Moment {
        if self.habits().slides {
            now + Duration::from_secs(1)
        } else {
            Moment::MAX
        }
    }

    /// What is kept of a session that a store writes. Documents are shown as JSON.
    pub(crate) fn kept(self, text: &str) -> Result<String, StoreError> {
        if self.keeps_text() {
            return Ok(text.to_owned());
        }
        let mut session: Value = serde_json::from_str(text).map_err(|error| StoreError::Corrupt(error.into()))?;
        if let Some(cookie) = session.get_mut("cookie") {
            let member = |name: &str| (name.to_owned(), cookie.get(name).cloned().unwrap_or_default());
            *cookie = Value::Object(COOKIE.into_iter().map(member).collect::<Map<_, _>>());
        }
        Ok(session.to_string())
    }

    /// What is kept of whatever somebody else writes.
    pub(crate) fn kept_of_others(self, text: &str) -> String {
        if self.keeps_text() {
            return text.to_owned();
        }
        let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        value.to_string()
    }

    /// What Express would see of what is kept.
    pub(crate) fn seen(self, kept: &str) -> Result<String, StoreError> {
        if self.keeps_text() || kept.starts_with('{') || kept == "null" {
            return Ok(kept.to_owned());
        }
        Err(StoreError::Corrupt("the session is no document".into()))
    }
}
