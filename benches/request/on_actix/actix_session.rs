//! actix-session with a signed cookie, and with the smallest store there can be: it has none in memory itself.

use std::cell::RefCell;
use std::collections::HashMap;

use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError, generate_session_key};
use actix_session::{Session, SessionMiddleware};
use actix_web::cookie::Key;
use actix_web::cookie::time::Duration;
use actix_web::test::init_service;
use actix_web::{App, web};

use super::Site;
use super::bare::untouched;
use crate::values::{FIRST, NAME, others};

pub(crate) async fn site() -> Site {
    let sessions = SessionMiddleware::builder(Memory::default(), Key::from(&[7; 64]))
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(PersistentSession::default().session_ttl(Duration::days(1)))
        .build();
    Site::new(init_service(App::new().configure(routes).wrap(sessions)).await, "id")
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/untouched", web::get().to(untouched))
        .route("/read", web::get().to(read))
        .route("/write", web::get().to(write))
        .route("/new", web::get().to(new))
        .route("/sign-in/{name}", web::get().to(sign_in))
        .route("/fill/{number}", web::get().to(fill));
}

async fn read(session: Session) -> String {
    let number: Option<u64> = session.get(NAME).unwrap();
    number.unwrap_or_default().to_string()
}

async fn write(session: Session) -> String {
    let number: u64 = session.get(NAME).unwrap().unwrap_or_default();
    session.insert(NAME, number + 1).unwrap();
    number.to_string()
}

async fn new(session: Session) -> String {
    session.insert(NAME, FIRST).unwrap();
    FIRST.to_string()
}

async fn sign_in(session: Session, name: web::Path<String>) -> String {
    session.renew();
    session.insert("user", name.into_inner()).unwrap();
    FIRST.to_string()
}

async fn fill(session: Session, number: web::Path<usize>) -> String {
    session.insert(NAME, FIRST).unwrap();
    for (name, text) in others(number.into_inner()) {
        session.insert(name, text).unwrap();
    }
    FIRST.to_string()
}

/// One thread's, and without an end: less than a store could do with.
#[derive(Default)]
struct Memory(RefCell<HashMap<String, HashMap<String, String>>>);

impl SessionStore for Memory {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        Ok(self.0.borrow().get(key.as_ref()).cloned())
    }

    async fn save(&self, state: HashMap<String, String>, _ttl: &Duration) -> Result<SessionKey, SaveError> {
        let key = generate_session_key();
        self.0.borrow_mut().insert(key.as_ref().to_owned(), state);
        Ok(key)
    }

    async fn update(
        &self,
        key: SessionKey,
        state: HashMap<String, String>,
        _ttl: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        self.0.borrow_mut().insert(key.as_ref().to_owned(), state);
        Ok(key)
    }

    async fn update_ttl(&self, _key: &SessionKey, _ttl: &Duration) -> anyhow::Result<()> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> anyhow::Result<()> {
        self.0.borrow_mut().remove(key.as_ref());
        Ok(())
    }
}
