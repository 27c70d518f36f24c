//! The session as a handler's argument, and errors as responses.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError};
use session_core::Error;

use crate::future::append;

/// The session of this request, put there by [`SessionMiddleware`](crate::SessionMiddleware).
///
/// Nothing is loaded until something is read. Without the middleware the request is answered with 500, and the log says
/// what is missing.
///
/// Where there is a request but no argument, such as in another middleware, it is extracted at once:
///
/// ```
/// use actix_web::{FromRequest, HttpRequest};
/// use session_actix::{MissingMiddleware, Session};
///
/// fn session_of(request: &HttpRequest) -> Result<Session, MissingMiddleware> {
///     Session::extract(request).into_inner()
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Session(session_core::Session);

impl Session {
    /// The session itself, for code that knows no actix-web, and for other threads.
    #[must_use]
    pub fn into_inner(self) -> session_core::Session {
        self.0
    }
}

impl Deref for Session {
    type Target = session_core::Session;

    fn deref(&self) -> &session_core::Session {
        &self.0
    }
}

impl FromRequest for Session {
    type Error = MissingMiddleware;
    type Future = Ready<Result<Self, MissingMiddleware>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let session = request.extensions().get::<session_core::Session>().cloned();
        ready(session.map(Self).ok_or(MissingMiddleware(())))
    }
}

/// A handler asks for a session on a route without [`SessionMiddleware`](crate::SessionMiddleware).
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a handler asks for a session on a route without one: add `.wrap(SessionMiddleware::new(manager))`")]
pub struct MissingMiddleware(());

impl ResponseError for MissingMiddleware {
    fn error_response(&self) -> HttpResponse {
        tracing::error!("{self}");
        HttpResponse::new(self.status_code())
    }
}

/// A session operation's error as a response, for handlers that use `?`.
///
/// The client sees the status and nothing else: 503 with `Retry-After` where trying again may help, 409 where the
/// request came too late, else 500.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct SessionError(#[from] pub Error);

impl ResponseError for SessionError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        append(self.0.headers(), response.headers_mut());
        response
    }
}
