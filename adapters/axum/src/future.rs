//! Commits between the handler's response and its way out.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::header::{CACHE_CONTROL, RETRY_AFTER, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use pin_project_lite::pin_project;
use session_core::{CommitFuture, Committed, Error, ResponseHeaders, Session, SessionManager};

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
        if this.session.is_some() {
            let response = ready!(this.handler.poll(context))?;
            let status = response.status().as_u16();
            *this.commit = this
                .session
                .take()
                .map(|session| (this.manager.commit(session, status), response));
        }
        let Some((commit, _)) = this.commit else {
            return Poll::Pending;
        };
        let committed = ready!(Pin::new(commit).poll(context));
        let Some((_, response)) = this.commit.take() else {
            return Poll::Pending;
        };
        Poll::Ready(Ok(finish(response, committed)))
    }
}

fn finish<R: Default>(response: Response<R>, committed: Committed) -> Response<R> {
    let mut response = match committed.result {
        Ok(()) => response,
        Err(error) => refuse(&error),
    };
    apply(committed.headers, response.headers_mut());
    response
}

/// The response in place of the handler's: it said something that has not happened.
fn refuse<R: Default>(error: &Error) -> Response<R> {
    let mut response = Response::new(R::default());
    *response.status_mut() = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    refuse_with(error, response.headers_mut());
    response
}

/// The headers that go with an error's status.
pub(crate) fn refuse_with(error: &Error, headers: &mut HeaderMap) {
    if let Some(seconds) = error.retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

fn apply(mut add: ResponseHeaders, headers: &mut HeaderMap) {
    if let Some(name) = add.vary()
        && !varies_with(headers, name)
    {
        headers.append(VARY, HeaderValue::from_static(name));
    }
    if let Some(rule) = add.cache_control() {
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static(rule));
    }
    if let Some(Ok(cookie)) = add.take_set_cookie().map(HeaderValue::try_from) {
        headers.append(SET_COOKIE, cookie);
    }
}

fn varies_with(headers: &HeaderMap, name: &str) -> bool {
    let lists = headers.get_all(VARY).iter().filter_map(|list| list.to_str().ok());
    lists
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|listed| listed == "*" || listed.eq_ignore_ascii_case(name))
}
