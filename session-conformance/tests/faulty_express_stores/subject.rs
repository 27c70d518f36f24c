//! A way past a store, to where it keeps its sessions.

use std::sync::Arc;
use std::time::Duration;

use session_conformance::express::Subject;
use session_core::{Clock as _, SystemClock};

use super::fault::{Fault, Faulty};
use super::form::Form;
use super::reference::Place;

const HOUR: Duration = Duration::from_secs(3600);
const MILLISECOND: Duration = Duration::from_millis(1);

pub(crate) struct InMemory(Faulty);

impl InMemory {
    pub(crate) fn new(fault: Arc<dyn Fault>, form: Form) -> Self {
        Self(Faulty::new(fault, form))
    }

    fn place(&self, sid: &str) -> Option<Place> {
        self.0.reference.places().get(sid).cloned()
    }
}

impl Subject for InMemory {
    type Store = Faulty;

    fn store(&self) -> Faulty {
        self.0.clone()
    }

    async fn write(&self, sid: &str, text: &str) {
        let form = self.0.reference.form;
        let place = Place {
            session: form.kept_of_others(text),
            expires_at: Some(SystemClock.now() + HOUR),
            beside: form.has_fields().then(|| "unknown".to_owned()),
        };
        self.0.reference.places().insert(sid.to_owned(), place);
    }

    async fn remove(&self, sid: &str) {
        self.0.reference.places().remove(sid);
    }

    async fn persist(&self, sid: &str) {
        self.0.reference.places().get_mut(sid).unwrap().expires_at = None;
    }

    async fn end(&self, sid: &str) {
        let mut places = self.0.reference.places();
        if self.0.reference.form.has_fields() {
            places.get_mut(sid).unwrap().expires_at = Some(SystemClock.now() - MILLISECOND);
        } else {
            places.remove(sid);
        }
    }

    async fn read(&self, sid: &str) -> Option<String> {
        Some(self.place(sid)?.session)
    }

    async fn beside(&self, sid: &str) -> Option<String> {
        self.place(sid)?.beside
    }

    async fn left(&self, sid: &str) -> Duration {
        let Some(place) = self.place(sid) else {
            return Duration::ZERO;
        };
        place
            .expires_at
            .map_or(Duration::MAX, |end| end.since(SystemClock.now()))
    }

    async fn count(&self) -> u64 {
        self.0.reference.places().len().try_into().unwrap()
    }

    fn keeps_text(&self) -> bool {
        self.0.reference.form.keeps_text()
    }
}
