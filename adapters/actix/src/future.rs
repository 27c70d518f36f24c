//! Commits between the handler's response and its way out.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::Error;
use actix_web::body::EitherBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue, InvalidHeaderName, SET_COOKIE, VARY};
use pin_project_lite::pin_project;
use session_core::{CommitFuture, Committed, HeaderLines, ResponseHeaders, Session, SessionManager};

use crate::extractor::SessionError;

/// A response, or an error that the server makes one of.
type Answer<B> = Result<ServiceResponse<B>, Error>;

pin_project! {
    /// The response, once its session is committed.
    pub struct ResponseFuture<F, B> {
        #[pin]
        handler: F,
        manager: SessionManager,
        session: Option<Session>,
        commit: Option<(CommitFuture, Answer<B>)>,
    }
}

impl<F, B> ResponseFuture<F, B> {
    pub(crate) fn new(handler: F, manager: SessionManager, session: Session) -> Self {
        Self {
            handler,
            manager,
            session: Some(session),
            commit: None,
        }
    }
}

impl<F: Future<Output = Answer<B>>, B> Future for ResponseFuture<F, B> {
    type Output = Answer<EitherBody<B>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.session.is_some() {
            let mut answer = ready!(this.handler.poll(context));
            let status = status_of(&mut answer).as_u16();
            *this.commit = this
                .session
                .take()
                .map(|session| (this.manager.commit(session, status), answer));
        }
        let Some((commit, _)) = this.commit else {
            return Poll::Pending;
        };
        let committed = ready!(Pin::new(commit).poll(context));
        let Some((_, answer)) = this.commit.take() else {
            return Poll::Pending;
        };
        Poll::Ready(finish(answer, committed))
    }
}

impl<F, B> fmt::Debug for ResponseFuture<F, B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ResponseFuture")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

/// An error's status is that of the response made of it, and some make theirs only once: so the error keeps it.
fn status_of<B>(answer: &mut Answer<B>) -> StatusCode {
    match answer {
        Ok(response) => response.status(),
        Err(error) => {
            let response = error.error_response();
            let status = response.status();
            let kept = Cell::new(Some(response));
            error.add_response_mapper(move |made_again| kept.take().unwrap_or(made_again));
            status
        }
    }
}

/// Where the commit failed, a refusal takes the answer's place: it said something that has not happened.
fn finish<B>(answer: Answer<B>, committed: Committed) -> Answer<EitherBody<B>> {
    let Committed { headers, result } = committed;
    let mut answer = match (answer, result.map_err(SessionError)) {
        (Ok(response), Ok(())) => Ok(response.map_into_left_body()),
        (Ok(response), Err(refusal)) => Ok(response.error_response(refusal).map_into_right_body()),
        (Err(error), Ok(())) => Err(error),
        (Err(_), Err(refusal)) => Err(refusal.into()),
    };
    match &mut answer {
        _ if headers.is_empty() => {}
        Ok(response) => add(headers, response.headers_mut()),
        Err(error) => error.add_response_mapper(move |mut response| {
            add(headers.clone(), response.headers_mut());
            response
        }),
    }
    answer
}

fn add(headers: ResponseHeaders, head: &mut HeaderMap) {
    let lines = headers.beside(|name| {
        let values = header_name(name).into_iter().flat_map(|name| head.get_all(name));
        values.map(HeaderValue::as_bytes)
    });
    append(lines, head);
}

pub(crate) fn append(lines: HeaderLines, head: &mut HeaderMap) {
    for (name, value) in lines {
        let value = match value {
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
