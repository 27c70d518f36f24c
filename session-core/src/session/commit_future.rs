//! The commit at the end of a request, which most requests do not have to wait for.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Session, State};
use crate::commit::Known;
use crate::error::Error;
use crate::headers::ResponseHeaders;
use crate::manager::Shared;

/// What a commit came to: headers for the response, and whether it succeeded.
///
/// There can be a cookie even where the commit failed: what [`Session::save`] stored before stays stored.
#[derive(Debug)]
#[must_use]
pub struct Committed {
    /// What to add to the response head, by [`ResponseHeaders::beside`].
    pub headers: ResponseHeaders,
    /// `Err`: nothing was written, and the response should say so: [`Error::status`] and [`Error::headers`]. That the
    /// session ended meanwhile is no error here: the handler's response stands.
    pub result: Result<(), Error>,
}

/// A commit on its way. Ready at once, and without an allocation, where there is nothing to write.
#[must_use = "nothing is committed unless it is awaited"]
pub struct CommitFuture(Progress);

enum Progress {
    /// There was nothing to do. Taken when it is polled.
    Settled(Option<ResponseHeaders>),
    Working(Pin<Box<dyn Future<Output = Committed> + Send>>),
}

impl CommitFuture {
    pub(crate) fn new(session: Session, status: u16) -> Self {
        let mut state = session.lock();
        // A save that is under way elsewhere may yet have a cookie to send.
        let settled = if state.gate.is_held() {
            None
        } else {
            state.settle(&session.inner.shared)
        };
        drop(state);
        Self(match settled {
            Some(headers) => Progress::Settled(Some(headers)),
            None => Progress::Working(Box::pin(async move { session.commit(status).await })),
        })
    }
}

impl Future for CommitFuture {
    type Output = Committed;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Committed> {
        match &mut self.0 {
            Progress::Settled(headers) => {
                let headers = headers.take().unwrap_or_default();
                Poll::Ready(Committed {
                    headers,
                    result: Ok(()),
                })
            }
            Progress::Working(future) => future.as_mut().poll(context),
        }
    }
}

impl fmt::Debug for CommitFuture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CommitFuture").finish_non_exhaustive()
    }
}

impl State {
    /// The headers of a request that leaves nothing to do: it did not use its session, or read it and nothing is due.
    fn settle(&mut self, shared: &Shared) -> Option<ResponseHeaders> {
        let switches = &shared.switches;
        if !self.intent.is_empty() || switches.stores_empty {
            return None;
        }
        let is_settled = match &self.known {
            Known::Unread => !switches.any_request_is_activity && (!self.is_used || self.is_out || self.key.is_none()),
            Known::Absent | Known::Dead => true,
            Known::Found(snapshot) => {
                let resends = self.is_signed_by_an_old_key() || switches.is_rolling;
                // Looking at the clock again costs as much as all the rest here.
                !resends && !snapshot.is_touch_due(self.loaded_at)
            }
        };
        if !is_settled {
            return None;
        }
        self.is_head_sent = true;
        Some(self.take_headers(shared))
    }

    /// What the response head gets.
    pub(super) fn take_headers(&mut self, shared: &Shared) -> ResponseHeaders {
        let told = self.told.take();
        let cache = (self.is_used || told.is_some()).then_some(shared.cache);
        // A response that has nothing of the session varies by nothing.
        let own_header = cache.and_then(|_| shared.transport.own_header());
        ResponseHeaders {
            own_header,
            told,
            cache,
        }
    }
}
