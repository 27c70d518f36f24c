//! A store that an Express app shares, and in which anybody may have written.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use session_core::{
    ExpressHabits, ExpressRecord, ExpressRemoved, ExpressReplaced, ExpressSecrets, ExpressSession, ExpressSettings,
    ExpressSid, ExpressStore, ExpressVersion, Moment, RequestInfo, SessionManager, StoreError,
};

pub const SECRET: &str = "keyboard cat";

/// A cookie that Express has signed.
pub static SHARED_COOKIE: LazyLock<String> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let manager = AnyText::new(b"").share();
    let session = manager.open([], &RequestInfo::new());
    session.insert("n", &7_u8).unwrap();
    let committed = runtime.block_on(manager.commit(session, 200));
    let cookie = committed.headers.set_cookie().unwrap();
    cookie.split(';').next().unwrap().to_owned()
});

/// A store in which every session is this text, until it is written.
#[derive(Clone, Debug)]
pub struct AnyText {
    text: Arc<[u8]>,
    /// What was written last.
    pub written: Arc<Mutex<Option<String>>>,
}

impl AnyText {
    pub fn new(text: &[u8]) -> Self {
        Self {
            text: text.into(),
            written: Arc::default(),
        }
    }

    pub fn settings() -> ExpressSettings {
        ExpressSettings::new(ExpressSecrets::new([SECRET]).unwrap()).owner_member("user.email")
    }

    pub fn share(self) -> SessionManager {
        SessionManager::sharing_with_express(self, Self::settings())
            .build()
            .unwrap()
    }

    fn write(&self, session: &ExpressSession<'_>) -> ExpressVersion {
        *self.written.lock().unwrap() = Some(session.text.to_owned());
        ExpressVersion::new(b"written")
    }
}

#[async_trait]
impl ExpressStore for AnyText {
    fn habits(&self) -> ExpressHabits {
        ExpressHabits {
            lifetime: Duration::from_secs(86_400),
            slides: true,
        }
    }

    async fn load(&self, _: &ExpressSid, now: Moment) -> Result<Option<ExpressRecord>, StoreError> {
        Ok(Some(ExpressRecord {
            text: Arc::clone(&self.text),
            version: ExpressVersion::new(b"any"),
            expires_at: now + Duration::from_secs(3600),
        }))
    }

    async fn create(
        &self,
        _: &ExpressSid,
        session: &ExpressSession<'_>,
        _: Moment,
    ) -> Result<Option<ExpressVersion>, StoreError> {
        Ok(Some(self.write(session)))
    }

    async fn replace(
        &self,
        _: &ExpressSid,
        session: &ExpressSession<'_>,
        expected: &ExpressVersion,
        _: Moment,
    ) -> Result<ExpressReplaced, StoreError> {
        assert_eq!(expected.as_bytes(), b"any", "what was loaded is expected");
        Ok(ExpressReplaced::Replaced(self.write(session)))
    }

    async fn touch(&self, _: &ExpressSid, _: Moment, _: Moment) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn delete(&self, _: &ExpressSid, _: Option<&ExpressVersion>) -> Result<ExpressRemoved, StoreError> {
        Ok(ExpressRemoved::Removed)
    }
}
