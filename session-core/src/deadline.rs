//! The time limit of an operation, with all its retries.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Sleep, sleep};

/// Counts from the first time that something has to be waited for, so an answer that is there at once costs no timer.
#[derive(Debug)]
pub(crate) struct Deadline {
    limit: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    /// Pauses that nothing could measure.
    unmeasured: u32,
}

/// Where there is no timer, this many pauses are as good as a limit that has passed.
const MOST_UNMEASURED: u32 = 16;

impl Deadline {
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            limit,
            timer: None,
            unmeasured: 0,
        }
    }

    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// What `future` answers; `None`: the limit has passed.
    ///
    /// Outside a tokio runtime there is no timer, and the answer is waited for.
    pub(crate) async fn bound<F: Future>(&mut self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Some(output));
            }
            if self.timer.is_none() && Handle::try_current().is_err() {
                return Poll::Pending;
            }
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(self.limit)));
            timer.as_mut().poll(context).map(|()| None)
        })
        .await
    }

    /// Waits for `pause`; `None`: the limit has passed. Outside a tokio runtime it does not wait, and not often.
    pub(crate) async fn pause(&mut self, pause: Duration) -> Option<()> {
        if Handle::try_current().is_err() {
            self.unmeasured += 1;
            return (self.unmeasured <= MOST_UNMEASURED).then_some(());
        }
        self.bound(sleep(pause)).await
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_limit_spans_several_waits() {
        let mut deadline = Deadline::new(Duration::from_secs(5));
        assert_eq!(deadline.bound(async { 1 }).await, Some(1));
        assert_eq!(deadline.pause(Duration::from_secs(3)).await, Some(()));
        assert_eq!(deadline.pause(Duration::from_secs(3)).await, None);
        assert_eq!(deadline.bound(pending::<()>()).await, None, "it stays passed");
    }

    #[test]
    fn without_a_runtime_pauses_come_to_an_end() {
        let mut deadline = Deadline::new(Duration::from_secs(5));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let pauses = (0..1_000).take_while(|_| {
            let mut pause = pin!(deadline.pause(Duration::from_millis(1)));
            pause.as_mut().poll(&mut context) == Poll::Ready(Some(()))
        });
        assert!(pauses.count() < 1_000);
    }

    #[test]
    fn without_a_runtime_an_answer_that_is_there_is_taken() {
        let mut deadline = Deadline::new(Duration::from_secs(5));
        let mut future = pin!(deadline.bound(async { 1 }));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(Some(1)));
    }
}
