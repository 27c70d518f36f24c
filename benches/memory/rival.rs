//! Stores of tower-sessions.

use session_bench::Rival;
use tower_sessions_core_of_stores::SessionStore;

use crate::sessions::Sessions;

impl<S: SessionStore> Sessions for Rival<S> {
    async fn create(&self, number: usize) -> bool {
        Rival::create(self, number).await;
        true
    }

    async fn read(&self, number: usize) {
        self.load(number).await;
    }

    async fn write(&self, number: usize) {
        self.update(number).await;
    }
}
