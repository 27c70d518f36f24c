//! Forms, and what is said of those that can't be read.

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use shop::InvalidForm;

use crate::respond::Rendered;

/// axum's own, but for its refusals.
pub(crate) struct Form<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match axum::Form::from_request(request, state).await {
            Ok(axum::Form(form)) => Ok(Self(form)),
            Err(rejection) => {
                let invalid = InvalidForm::with_status(rejection.into_response().status().as_u16());
                Err(Rendered(invalid.into()).into_response())
            }
        }
    }
}
