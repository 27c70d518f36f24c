//! A manager of shared sessions, and a visitor.

use std::time::Duration;

use session_core::{
    Committed, CookieSettings, Error, ExpressSecrets, ExpressSettings, ExpressStore, RequestInfo, Session,
    SessionManager,
};

use super::subject::Subject;
use crate::verdict::kept;

/// What new sessions live.
pub(super) const MAX_AGE: Duration = Duration::from_secs(3600);

/// As the package writes it for a session without values.
pub(super) const COOKIE: &str =
    r#""cookie":{"originalMaxAge":3600000,"expires":"2096-11-23T12:08:36.867Z","httpOnly":true,"path":"/"}"#;

pub(super) fn settings() -> ExpressSettings {
    let secrets = kept("secrets are taken", ExpressSecrets::new(["keyboard cat"]));
    ExpressSettings::new(secrets).owner_member("user.email")
}

pub(super) fn manager(store: impl ExpressStore) -> SessionManager {
    let settings = settings();
    let cookie = CookieSettings::new().name("connect.sid").insecure_for_local_http();
    let builder = SessionManager::sharing_with_express(store, settings.max_age(MAX_AGE));
    let builder = builder.cookie(cookie.insecurely_without_same_site());
    kept("the settings are possible", builder.build())
}

/// A browser with its cookie.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) manager: SessionManager,
    pub(super) cookie: String,
}

impl Visitor {
    /// Somebody with a session, in which `first` is 1.
    pub(super) async fn new(subject: &impl Subject) -> Self {
        Self::of(manager(subject.store())).await
    }

    pub(super) async fn of(manager: SessionManager) -> Self {
        let cookie = String::new();
        let mut visitor = Self { manager, cookie };
        let session = visitor.open();
        kept("a value is recorded", session.insert("first", &1));
        kept("a session is stored", visitor.close(session).await.result);
        visitor
    }

    /// Somebody whose session is this text.
    pub(super) async fn with(subject: &impl Subject, text: &str) -> Self {
        let visitor = Self::new(subject).await;
        subject.write(visitor.sid(), text).await;
        visitor
    }

    pub(super) fn open(&self) -> Session {
        self.manager.open([self.cookie.as_bytes()], &RequestInfo::new())
    }

    pub(super) async fn close(&mut self, session: Session) -> Committed {
        let committed = self.manager.commit(session, 200).await;
        if let Some(cookie) = committed.headers.set_cookie() {
            self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        }
        committed
    }

    /// What a request does that must not fail.
    pub(super) async fn does(&mut self, act: impl FnOnce(&Session)) {
        let session = self.open();
        act(&session);
        kept("the request is stored", self.close(session).await.result);
    }

    pub(super) async fn reads(&self, name: &str) -> Result<Option<i64>, Error> {
        self.open().get(name).await
    }

    /// The id in the cookie: what is made here needs no decoding.
    pub(super) fn sid(&self) -> &str {
        let value = self.cookie.strip_prefix("connect.sid=s%3A").unwrap_or_default();
        value.split('.').next().unwrap_or_default()
    }
}

/// Records a value that can be encoded.
pub(super) fn set(session: &Session, name: &str, value: i64) {
    kept("a value is recorded", session.insert(name, &value));
}

pub(super) async fn add_one(session: &Session, name: &str) {
    let added = session.update(name, |count: &mut i64| *count += 1).await;
    kept("an update is recorded", added);
}
