//! The session as a handler's argument, and errors as responses.

use std::ops::Deref;

use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use session_core::Error;

use crate::future::refuse;

/// The session of this request, put there by [`SessionLayer`](crate::SessionLayer).
///
/// Nothing is loaded until something is read. Without the layer the request is answered with 500, and the log says what
/// is missing.
#[derive(Clone, Debug)]
pub struct Session(session_core::Session);

impl Session {
    /// The session itself, for code that knows no axum.
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

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, MissingLayer> {
        parts
            .extensions
            .get::<session_core::Session>()
            .cloned()
            .map(Self)
            .ok_or(MissingLayer(()))
    }
}

/// A handler asks for a session on a route without [`SessionLayer`](crate::SessionLayer).
#[derive(Clone, Copy, Debug)]
pub struct MissingLayer(());

impl IntoResponse for MissingLayer {
    fn into_response(self) -> Response {
        tracing::error!(
            "a handler asks for a session on a route without one: add `.layer(SessionLayer::new(manager))`"
        );
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

/// A session operation's error as a response, for handlers that use `?`.
///
/// The client sees the status and nothing else: 503 with `Retry-After` where trying again may help, 409 where the
/// request came too late, else 500.
#[derive(Debug)]
pub struct SessionError(pub Error);

impl From<Error> for SessionError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for SessionError {
    fn into_response(self) -> Response {
        refuse(&self.0)
    }
}
