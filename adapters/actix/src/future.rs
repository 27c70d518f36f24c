//! Commits between the handler's response and its way out.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::EitherBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{Error, HttpResponse};
use pin_project_lite::pin_project;
use session_core::{CommitFuture, Committed, HeaderLines, ResponseHeaders, Session, SessionManager};

use crate::extractor::SessionError;

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

/// What came from inside. An error's response is made here, for nobody else knows its status, and some can be made once.
enum Answer<B> {
    Response(ServiceResponse<B>),
    Error(Error, HttpResponse),
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

impl<F, B> Future for ResponseFuture<F, B>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.session.is_some() {
            let answer = Answer::from(ready!(this.handler.poll(context)));
            let status = answer.status();
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
        Poll::Ready(answer.finish(committed))
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

impl<B> From<Result<ServiceResponse<B>, Error>> for Answer<B> {
    fn from(result: Result<ServiceResponse<B>, Error>) -> Self {
        match result {
            Ok(response) => Self::Response(response),
            Err(error) => {
                let response = error.error_response();
                Self::Error(error, response)
            }
        }
    }
}

impl<B> Answer<B> {
    fn status(&self) -> u16 {
        match self {
            Self::Response(response) => response.status(),
            Self::Error(_, response) => response.status(),
        }
        .as_u16()
    }

    /// Where the commit failed, a refusal takes the answer's place: it said something that has not happened.
    fn finish(self, committed: Committed) -> Result<ServiceResponse<EitherBody<B>>, Error> {
        let refusal = committed.result.err().map(SessionError);
        let mut response = match (self, refusal) {
            (Self::Response(response), None) => response.map_into_left_body(),
            (Self::Response(response), Some(refusal)) => response.error_response(refusal).map_into_right_body(),
            (Self::Error(error, response), None) => return Err(answered(error, response, committed.headers)),
            (Self::Error(..), Some(refusal)) => {
                let error = Error::from(refusal);
                let response = error.error_response();
                return Err(answered(error, response, committed.headers));
            }
        };
        add(committed.headers, response.headers_mut());
        Ok(response)
    }
}

/// The same error, whose response has the session's headers.
fn answered(mut error: Error, response: HttpResponse, headers: ResponseHeaders) -> Error {
    let made = Cell::new(Some(response));
    error.add_response_mapper(move |again| {
        let mut response = made.take().unwrap_or(again);
        add(headers.clone(), response.headers_mut());
        response
    });
    error
}

fn add(headers: ResponseHeaders, head: &mut HeaderMap) {
    let lines = headers.beside(|name| head.get_all(name).map(HeaderValue::as_bytes));
    append(lines, head);
}

pub(crate) fn append(lines: HeaderLines, head: &mut HeaderMap) {
    for (name, value) in lines {
        let value = match value {
            Cow::Borrowed(text) => Ok(HeaderValue::from_static(text)),
            Cow::Owned(text) => HeaderValue::try_from(text),
        };
        if let Ok(value) = value {
            head.append(HeaderName::from_static(name), value);
        }
    }
}
