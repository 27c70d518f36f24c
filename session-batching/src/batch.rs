//! Requests that travel together.

use std::future::Future;

use session_core::{Cause, StoreError, StoreKey};
use tokio::sync::oneshot;

use crate::lanes::MOST_BYTES;

/// What a lane carries.
pub(crate) trait Work: Send + Sync + 'static {
    type Request: Request;
    type Answer: Send + 'static;

    /// How many bytes of requests go together at most, unless one alone has more.
    fn most_bytes(&self) -> usize {
        MOST_BYTES
    }

    /// About how many bytes a request sends.
    fn bytes(&self, _request: &Self::Request) -> usize {
        0
    }

    /// Answers all of them.
    fn carry_out(&self, batch: Vec<Waiting<Self>>) -> impl Future<Output = ()> + Send;
}

/// What a caller asks for.
pub(crate) trait Request: Send + 'static {
    /// The session that it writes to: nothing else that does is under way meanwhile.
    fn writes_to(&self) -> Option<StoreKey> {
        None
    }

    /// What a caller is told when it is not known what became of the request.
    fn lost(cause: Cause) -> StoreError;
}

/// A request whose caller waits.
pub(crate) struct Waiting<W: Work + ?Sized> {
    pub(crate) number: u64,
    pub(crate) request: W::Request,
    answer: oneshot::Sender<Result<W::Answer, StoreError>>,
}

/// Where its caller hears the answer.
pub(crate) type Hearing<W> = oneshot::Receiver<Result<<W as Work>::Answer, StoreError>>;

impl<W: Work> Waiting<W> {
    pub(crate) fn new(number: u64, request: W::Request) -> (Self, Hearing<W>) {
        let (answer, hearing) = oneshot::channel();
        let waiting = Self {
            number,
            request,
            answer,
        };
        (waiting, hearing)
    }

    /// Whether nobody waits for the answer any more.
    pub(crate) fn is_left(&self) -> bool {
        self.answer.is_closed()
    }

    /// The caller may have left, which is nobody's business.
    pub(crate) fn answer(self, answer: Result<W::Answer, StoreError>) {
        drop(self.answer.send(answer));
    }
}
