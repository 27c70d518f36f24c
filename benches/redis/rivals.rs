//! Other libraries' stores, each on the driver that it has.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_session::storage::{RedisSessionStore, SessionKey, SessionStore as _};
use actix_web::cookie::time::Duration as TimeToLive;
use session_bench::{Contender, Rival, Sessions};
use tower_sessions_redis_store::RedisStore;
use tower_sessions_redis_store::fred::prelude::{ClientLike as _, Config, Pool};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// tower-sessions' store, over so many connections, with sessions in it.
pub(crate) async fn tower_sessions(url: &str, connections: usize) -> Rival<RedisStore<Pool>> {
    let config = Config::from_url(url).unwrap();
    let pool = Pool::new(config, None, None, None, connections).unwrap();
    pool.init().await.unwrap();
    let rival = Rival::new(RedisStore::new(pool), DAY);
    for number in 0..Sessions::COUNT {
        rival.remove(number).await;
        rival.create(number).await;
    }
    rival
}

/// actix-session's store, which has one connection, with sessions in it.
pub(crate) struct ActixSession {
    store: RedisSessionStore,
    keys: Vec<String>,
}

impl ActixSession {
    pub(crate) async fn new(url: &str) -> Self {
        let store = RedisSessionStore::new(url).await.unwrap();
        let mut keys = Vec::with_capacity(Sessions::COUNT);
        for _ in 0..Sessions::COUNT {
            let key = store.save(state(), &TimeToLive::days(1)).await.unwrap();
            keys.push(key.into());
        }
        Self { store, keys }
    }

    async fn load(&self, item: usize) -> (SessionKey, HashMap<String, String>) {
        let key = SessionKey::try_from(self.keys[item].clone()).unwrap();
        let state = self.store.load(&key).await.unwrap().unwrap();
        assert_eq!(state["count"], "7");
        (key, state)
    }
}

fn state() -> HashMap<String, String> {
    let texts = (1..5).map(|other| (format!("text-{other}"), format!("\"{}\"", "x".repeat(49))));
    HashMap::from_iter(texts.chain([("count".to_owned(), "7".to_owned())]))
}

pub(crate) struct ActixLoad(pub(crate) Arc<ActixSession>);

pub(crate) struct ActixUpdate(pub(crate) Arc<ActixSession>);

impl Contender for ActixLoad {
    async fn operate(&self, item: usize) {
        self.0.load(item).await;
    }
}

impl Contender for ActixUpdate {
    async fn operate(&self, item: usize) {
        let (key, state) = self.0.load(item).await;
        let key = self.0.store.update(key, state, &TimeToLive::days(1)).await.unwrap();
        assert_eq!(key.as_ref(), self.0.keys[item]);
    }
}
