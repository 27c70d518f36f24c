//! poem: an adapter, for poem hands its middleware requests and responses of its own.
//!
//! `Route::new().at(..).with(SessionMiddleware::new(manager))`. An error that a handler fails with becomes its response in
//! here, so what turns errors into pages (`catch_error`) or panics into responses (`CatchPanic`) goes inside.

use std::ops::Deref;

use poem::error::ResponseError;
use poem::http::StatusCode;
use poem::http::header::{HeaderMap, HeaderName, HeaderValue};
use poem::http::uri::Scheme;
use poem::{Endpoint, FromRequest, Middleware, Request, RequestBody, Response, Result};
use session_kit::{Error, HeaderLines, RequestInfo, SessionManager};

/// Gives each request a session, and commits it before the response head goes out.
#[derive(Clone, Debug)]
pub struct SessionMiddleware(SessionManager);

impl SessionMiddleware {
    /// A middleware for the sessions of this manager.
    #[must_use]
    pub fn new(manager: SessionManager) -> Self {
        Self(manager)
    }
}

impl<E: Endpoint> Middleware<E> for SessionMiddleware {
    type Output = SessionEndpoint<E>;

    fn transform(&self, inner: E) -> SessionEndpoint<E> {
        SessionEndpoint {
            inner,
            manager: self.0.clone(),
        }
    }
}

/// The endpoint that [`SessionMiddleware`] makes of another one.
#[derive(Debug)]
pub struct SessionEndpoint<E> {
    inner: E,
    manager: SessionManager,
}

impl<E: Endpoint> Endpoint for SessionEndpoint<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let values = request.headers().get_all(self.manager.request_header()).into_iter();
        let session = self
            .manager
            .open(values.map(HeaderValue::as_bytes), &describe(&request));
        request.extensions_mut().insert(session.clone());

        let response = self.inner.get_response(request).await;

        let committed = self.manager.commit(session, response.status().as_u16()).await;
        let mut response = committed.result.map_or_else(|error| refusal(&error), |()| response);
        let head = response.headers_mut();
        let present = |name| head.get_all(name).into_iter().map(HeaderValue::as_bytes);
        append(committed.headers.beside(present), head);
        Ok(response)
    }
}

fn describe(request: &Request) -> RequestInfo<'_> {
    let mut info = RequestInfo::new();
    if let Some(peer) = request.remote_addr().as_socket_addr() {
        info = info.peer(peer.ip());
    }
    if *request.scheme() == Scheme::HTTPS {
        info = info.over_tls();
    }
    match request.headers().get("x-forwarded-proto") {
        Some(proto) => info.forwarded_proto(proto.as_bytes()),
        None => info,
    }
}

fn refusal(error: &Error) -> Response {
    let mut response = Response::default();
    response.set_status(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    append(error.headers(), response.headers_mut());
    response
}

fn append(lines: HeaderLines, head: &mut HeaderMap) {
    for (name, value) in lines {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(&*name), HeaderValue::try_from(&*value)) {
            head.append(name, value);
        }
    }
}

/// The session of this request. Without [`SessionMiddleware`] the request is answered with 500, and the log says what is
/// missing.
#[derive(Clone, Debug)]
pub struct Session(pub session_kit::Session);

impl Deref for Session {
    type Target = session_kit::Session;

    fn deref(&self) -> &session_kit::Session {
        &self.0
    }
}

impl<'a> FromRequest<'a> for Session {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let session = request.extensions().get::<session_kit::Session>().cloned();
        session.map(Self).ok_or_else(|| {
            tracing::error!(
                "a handler asks for a session on a route without one: add `.with(SessionMiddleware::new(manager))`"
            );
            StatusCode::INTERNAL_SERVER_ERROR.into()
        })
    }
}

/// A session operation's error as a response, for handlers that use `?`: the status, and no more.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct SessionError(#[from] pub Error);

impl ResponseError for SessionError {
    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn as_response(&self) -> Response {
        refusal(&self.0)
    }
}
