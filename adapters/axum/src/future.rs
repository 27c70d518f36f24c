//! Commits between the handler's response and its way out.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::header::{CACHE_CONTROL, InvalidHeaderName, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use pin_project_lite::pin_project;
use session_core::{CommitFuture, Committed, Error, HeaderLines, Session, SessionManager};

// What nearly all responses get: whoever makes a value when it is needed looks at each of its bytes.
const NAMES_COOKIE: HeaderValue = HeaderValue::from_static("Cookie");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

pin_project! {
    /// The response, once its session is committed.
    #[derive(Debug)]
    pub struct ResponseFuture<F, R> {
        #[pin]
        handler: F,
        manager: SessionManager,
        session: Option<Session>,
        commit: Option<(CommitFuture, Response<R>)>,
    }
}

impl<F, R> ResponseFuture<F, R> {
    pub(crate) fn new(handler: F, manager: SessionManager, session: Session) -> Self {
        Self {
            handler,
            manager,
            session: Some(session),
            commit: None,
        }
    }
}

impl<F, R, E> Future for ResponseFuture<F, R>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Default,
{
    type Output = Result<Response<R>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let (mut commit, response) = match this.commit.take() {
            Some(waiting) => waiting,
            None => {
                let response = ready!(this.handler.poll(context))?;
                let Some(session) = this.session.take() else {
                    return Poll::Pending;
                };
                let status = response.status().as_u16();
                (this.manager.commit(session, status), response)
            }
        };
        if let Poll::Ready(committed) = Pin::new(&mut commit).poll(context) {
            return Poll::Ready(Ok(finish(response, committed)));
        }
        *this.commit = Some((commit, response));
        Poll::Pending
    }
}

fn finish<R: Default>(response: Response<R>, committed: Committed) -> Response<R> {
    let mut response = match committed.result {
        Ok(()) => response,
        Err(error) => refuse(&error),
    };
    if committed.headers.is_empty() {
        return response;
    }
    let head = response.headers_mut();
    let lines = committed.headers.beside(|name| {
        let values = header_name(name).into_iter().flat_map(|name| head.get_all(name));
        values.map(HeaderValue::as_bytes)
    });
    append(lines, head);
    response
}

/// The response in place of the handler's: it said something that has not happened.
pub(crate) fn refuse<R: Default>(error: &Error) -> Response<R> {
    let mut response = Response::new(R::default());
    *response.status_mut() = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    append(error.headers(), response.headers_mut());
    response
}

fn append(lines: HeaderLines, head: &mut HeaderMap) {
    for (name, value) in lines {
        let value = match value {
            Cow::Borrowed("Cookie") => Ok(NAMES_COOKIE),
            Cow::Borrowed("no-store") => Ok(NO_STORE),
            Cow::Borrowed(text) => Ok(HeaderValue::from_static(text)),
            Cow::Owned(text) => HeaderValue::try_from(text),
        };
        if let (Ok(name), Ok(value)) = (header_name(&name), value) {
            head.append(name, value);
        }
    }
}

/// Parsing a name costs more than appending the line, and nearly all lines have one of these.
fn header_name(name: &str) -> Result<HeaderName, InvalidHeaderName> {
    match name {
        "vary" => Ok(VARY),
        "cache-control" => Ok(CACHE_CONTROL),
        "set-cookie" => Ok(SET_COOKIE),
        _ => HeaderName::try_from(name),
    }
}
