//! Ctrl-C: what is under way is ended in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody wants an end.
#[derive(Clone, Default)]
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Set by the first Ctrl-C; the second ends the process.
    pub(super) fn listen() -> Self {
        let interrupt = Self::default();
        let set = interrupt.clone();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                eprintln!("\nstopping: what was made in the stores is removed");
                set.0.store(true, Ordering::Relaxed);
            }
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(super::INTERRUPTED.into());
            }
        });
        interrupt
    }

    pub(super) fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
