//! The application that an adapter serves: pages that the cases make up as they go.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use session_core::{Error, Session};
use tokio::sync::mpsc;

type Page = Box<dyn FnOnce(Session) -> PageFuture + Send>;
pub(super) type PageFuture = Pin<Box<dyn Future<Output = Result<Answer, Error>> + Send>>;

/// What the adapter's handler asks for its answer. Clones are the same application.
#[derive(Clone, Default)]
pub struct Probe(Arc<Mutex<Pages>>);

#[derive(Default)]
struct Pages {
    waiting: HashMap<u64, Page>,
    last: u64,
}

impl Probe {
    /// The answer to a request for `/{page}`, where `page` is the path without its slash.
    ///
    /// To be called from a handler, with the session that the adapter gives to handlers.
    ///
    /// # Errors
    ///
    /// When an operation on the session failed. The adapter treats this as it treats every handler that returns such an
    /// error by `?`.
    pub async fn answer(&self, page: &str, session: Session) -> Result<Answer, Error> {
        let number = page.trim_matches('/').parse::<u64>().ok();
        let page = number.and_then(|number| self.pages().waiting.remove(&number));
        match page {
            Some(page) => page(session).await,
            None => Ok(Answer::text("no such page").status(404)),
        }
    }

    /// Has `page` answer the next request for the path that this answers with.
    pub(super) fn put<F, Reply>(&self, page: F) -> String
    where
        F: FnOnce(Session) -> Reply + Send + 'static,
        Reply: Future<Output = Result<Answer, Error>> + Send + 'static,
    {
        let mut pages = self.pages();
        pages.last += 1;
        let number = pages.last;
        pages
            .waiting
            .insert(number, Box::new(move |session| Box::pin(page(session))));
        format!("/{number}")
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Probe").finish_non_exhaustive()
    }
}

/// What a handler answers, for the adapter to turn into its framework's response.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, each a line of its own, in this order.
    pub headers: Vec<(&'static str, String)>,
    /// The body, to be sent piece by piece as it comes.
    pub body: AnswerBody,
}

impl Answer {
    pub(super) fn text(text: impl Into<String>) -> Self {
        let (sender, body) = AnswerBody::channel();
        sender.send(text);
        Self {
            status: 200,
            headers: Vec::new(),
            body,
        }
    }

    pub(super) fn ok() -> Self {
        Self::text("fine")
    }

    pub(super) fn streamed(body: AnswerBody) -> Self {
        Self { body, ..Self::ok() }
    }

    pub(super) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// A body in pieces. It is a [`Stream`], and [`next`](Self::next) is for frameworks that want something else.
#[derive(Debug)]
pub struct AnswerBody(mpsc::UnboundedReceiver<Vec<u8>>);

/// Writes an [`AnswerBody`]; the body ends when this is dropped.
#[derive(Debug)]
pub(super) struct BodySender(mpsc::UnboundedSender<Vec<u8>>);

impl AnswerBody {
    pub(super) fn channel() -> (BodySender, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (BodySender(sender), Self(receiver))
    }

    /// The next piece; `None`: the body is complete.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        self.0.recv().await
    }
}

impl Stream for AnswerBody {
    type Item = Result<Vec<u8>, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|piece| piece.map(Ok))
    }
}

impl BodySender {
    /// Sends one piece; if the client has gone, so has the piece.
    pub(super) fn send(&self, piece: impl Into<String>) {
        self.0.send(piece.into().into_bytes()).unwrap_or_default();
    }
}
