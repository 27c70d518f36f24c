//! Handlers that are for customers who are signed in.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use session_kit::Owner;
use session_kit::axum::{Session, SessionError};

use crate::format::Format;
use crate::respond;

/// Who is signed in. Everybody else is sent to the sign-in form, programs get a 401.
pub(crate) struct SignedIn(pub(crate) Owner);

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let session = Session::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        match session.owner().await {
            Ok(Some(owner)) => Ok(Self(owner)),
            Ok(None) => match Format::from_request_parts(parts, state).await {
                Ok(Format::Json) => Err(respond::json_refusal(StatusCode::UNAUTHORIZED, &"not signed in")),
                Ok(Format::Page) => Err(Redirect::to("/login").into_response()),
            },
            Err(error) => Err(SessionError(error).into_response()),
        }
    }
}
