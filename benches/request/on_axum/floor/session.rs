//! The session of a request.

use std::sync::{Arc, Mutex};

use axum::http::HeaderValue;

use super::record::{changed, is_alive, values};
use super::store::{Key, Store};

#[derive(Clone)]
pub(super) struct Session(Arc<Opened>);

struct Opened {
    store: Arc<Store>,
    cookies: Option<HeaderValue>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    is_loaded: bool,
    is_regenerated: bool,
    stored: Option<(Key, Arc<[u8]>)>,
    changes: Vec<(String, Vec<u8>)>,
}

impl Session {
    pub(super) fn new(store: &Arc<Store>, cookies: Option<HeaderValue>) -> Self {
        let (store, state) = (Arc::clone(store), Mutex::default());
        Self(Arc::new(Opened { store, cookies, state }))
    }

    pub(super) fn get(&self, name: &str) -> Option<u64> {
        let mut state = self.0.state.lock().unwrap();
        self.0.load(&mut state);
        let (_, record) = state.stored.as_ref()?;
        let (_, value) = values(record).find(|(found, _)| *found == name.as_bytes())?;
        Some(u64::from_le_bytes(value.try_into().ok()?))
    }

    pub(super) fn insert(&self, name: &str, value: impl Into<Vec<u8>>) {
        let mut state = self.0.state.lock().unwrap();
        state.changes.push((name.to_owned(), value.into()));
    }

    pub(super) fn regenerate(&self) {
        self.0.state.lock().unwrap().is_regenerated = true;
    }

    /// What is to be sent, if the id is a new one.
    pub(super) fn commit(&self) -> Option<String> {
        let mut state = self.0.state.lock().unwrap();
        if state.changes.is_empty() && !state.is_regenerated {
            return None;
        }
        self.0.load(&mut state);
        let store = &self.0.store;
        let before = state.stored.as_ref();
        let record = changed(before.map_or(&[], |(_, record)| record), &state.changes).into();
        match before {
            Some((key, _)) if !state.is_regenerated => {
                store.insert(*key, record);
                None
            }
            before => {
                let (key, line) = store.issue();
                store.insert(key, record);
                if let Some((before, _)) = before {
                    store.remove(before);
                }
                Some(line)
            }
        }
    }
}

impl Opened {
    fn load(&self, state: &mut State) {
        if state.is_loaded {
            return;
        }
        state.is_loaded = true;
        let key = self
            .cookies
            .as_ref()
            .and_then(|cookies| self.store.verify(cookies.as_bytes()));
        let stored = key.and_then(|key| Some((key, self.store.get(&key)?)));
        state.stored = stored.filter(|(_, record)| is_alive(record));
    }
}
