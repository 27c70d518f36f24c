//! A place in a page where it waits for the case.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::verdict::in_time;

/// Holds one page up until the case says so, which makes two requests overlap in one order and no other.
#[derive(Clone, Debug, Default)]
pub(super) struct Gate(Arc<Places>);

#[derive(Debug, Default)]
struct Places {
    reached: Notify,
    opened: Notify,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// In the page: says that it has come here, and waits.
    pub(super) async fn pass(&self) {
        self.0.reached.notify_one();
        self.0.opened.notified().await;
    }

    /// In the case: waits until the page has come here.
    pub(super) async fn reached(&self) {
        in_time("a request reaches its handler", self.0.reached.notified()).await;
    }

    /// In the case: lets the page go on.
    pub(super) fn open(&self) {
        self.0.opened.notify_one();
    }
}
