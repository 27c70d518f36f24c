//! Handlers that are for customers who are signed in.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use session_kit::Owner;
use session_kit::axum::{Session, SessionError};
use shop::requests;

use crate::format::Wanted;
use crate::respond::Rendered;

/// Who is signed in. Everybody else is sent to the sign-in form, programs get a 401.
pub(crate) struct SignedIn(pub(crate) Owner);

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let session = Session::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let Ok(Wanted(format)) = Wanted::from_request_parts(parts, state).await;
        match session.owner().await {
            Ok(Some(owner)) => Ok(Self(owner)),
            Ok(None) => Err(Rendered(requests::not_signed_in(format)).into_response()),
            Err(error) => Err(SessionError(error).into_response()),
        }
    }
}
