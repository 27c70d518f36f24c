//! Operations that run at the same time.

use std::pin::Pin;
use std::sync::Arc;

use session_core::Store;
use tokio::sync::Barrier;
use tokio::task::JoinHandle;

/// How often a race is run: each run is one more chance for the operations to meet.
pub(super) const ROUNDS: u8 = 25;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tasks that begin together, each on the runtime by itself.
pub(super) struct Race {
    store: Arc<dyn Store>,
    tasks: Vec<Task>,
}

impl Race {
    pub(super) fn on(store: &Arc<dyn Store>) -> Self {
        Self {
            store: Arc::clone(store),
            tasks: Vec::new(),
        }
    }

    /// Adds a task; the answer can be had from what this returns once the race is [`run`](Self::run).
    pub(super) fn add<T, F>(&mut self, operation: impl FnOnce(Arc<dyn Store>) -> F) -> Outcome<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let future = operation(Arc::clone(&self.store));
        self.tasks.push(Box::pin(async move {
            // Nobody waits for the outcomes that a case has no use for.
            drop(sender.send(future.await));
        }));
        Outcome(receiver)
    }

    /// Runs all tasks to their ends.
    pub(super) async fn run(self) {
        let line = Arc::new(Barrier::new(self.tasks.len()));
        let handles: Vec<JoinHandle<()>> = self
            .tasks
            .into_iter()
            .map(|task| {
                let line = Arc::clone(&line);
                // So that on a store that answers at once each task has its turn to be the first.
                let head_start = fastrand::u8(0..5);
                tokio::spawn(async move {
                    line.wait().await;
                    for _ in 0..head_start {
                        tokio::task::yield_now().await;
                    }
                    task.await;
                })
            })
            .collect();
        for handle in handles {
            if let Err(failed) = handle.await {
                std::panic::resume_unwind(failed.into_panic());
            }
        }
    }
}

/// What a task of a race will have answered.
pub(super) struct Outcome<T>(tokio::sync::oneshot::Receiver<T>);

impl<T> Outcome<T> {
    /// The answer.
    pub(super) fn get(mut self) -> T {
        self.0
            .try_recv()
            .unwrap_or_else(|_| panic!("the race has not been run"))
    }
}
