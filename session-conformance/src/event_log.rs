//! What a session manager told its observer.

use std::sync::{Arc, Mutex, PoisonError};

use session_core::{Event, Observer};

/// An [`Observer`] for tests, which remembers every event by its name. Clones share the memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventLog(Arc<Mutex<Vec<String>>>);

impl EventLog {
    /// The names of the events so far, in their order, such as `Gone`.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Observer for EventLog {
    fn observe(&self, event: &Event<'_>) {
        // `Event` may grow, and its `Debug` begins with the name of the variant.
        let shown = format!("{event:?}");
        let name = shown.split([' ', '{', '(']).next().unwrap_or_default().to_owned();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(name);
    }
}
