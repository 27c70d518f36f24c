//! Stores of tower-sessions, as its sessions call them: a record is a map of values.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;
use tower_sessions_core_of_stores::SessionStore;
use tower_sessions_core_of_stores::session::{Id, Record};

use crate::contender::Contender;
use crate::keys::scattered_key;

/// Sessions of five values in a store of tower-sessions, each known by its number.
pub struct Rival<S> {
    store: S,
    lifetime: Duration,
}

impl<S: SessionStore> Rival<S> {
    pub fn new(store: S, lifetime: Duration) -> Self {
        Self { store, lifetime }
    }

    /// Files a new one.
    pub async fn create(&self, number: usize) {
        self.store.create(&mut self.record(number)).await.unwrap();
    }

    /// Takes one away, if it is there.
    pub async fn remove(&self, number: usize) {
        self.store.delete(&id(number)).await.unwrap();
    }

    /// Reads one, and asserts that it is right.
    pub async fn load(&self, number: usize) -> Record {
        let record = self.store.load(&id(number)).await.unwrap().unwrap();
        assert_eq!(record.data["count"], 7);
        record
    }

    /// Reads one, and puts it back.
    pub async fn update(&self, number: usize) {
        let record = self.load(number).await;
        self.store.save(&record).await.unwrap();
    }

    fn record(&self, number: usize) -> Record {
        let texts = (1..5).map(|other| (format!("text-{other}"), Value::from("x".repeat(49))));
        let count = ("count".to_owned(), Value::from(7));
        Record {
            id: id(number),
            data: HashMap::from_iter(texts.chain([count])),
            expiry_date: OffsetDateTime::now_utc() + self.lifetime,
        }
    }
}

fn id(number: usize) -> Id {
    let bytes = scattered_key(number);
    Id(i128::from_le_bytes(*bytes.first_chunk().unwrap()))
}

/// Loads a session.
pub struct RivalLoad<S>(Arc<Rival<S>>);

/// Loads a session and saves it.
pub struct RivalUpdate<S>(Arc<Rival<S>>);

impl<S> RivalLoad<S> {
    pub fn new(rival: &Arc<Rival<S>>) -> Self {
        Self(Arc::clone(rival))
    }
}

impl<S> RivalUpdate<S> {
    pub fn new(rival: &Arc<Rival<S>>) -> Self {
        Self(Arc::clone(rival))
    }
}

impl<S: SessionStore> Contender for RivalLoad<S> {
    async fn operate(&self, item: usize) {
        self.0.load(item).await;
    }
}

impl<S: SessionStore> Contender for RivalUpdate<S> {
    async fn operate(&self, item: usize) {
        self.0.update(item).await;
    }
}
