//! Handlers that are for customers who are signed in.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{Error, FromRequest, HttpRequest};
use session_kit::Owner;
use session_kit::actix::{Session, SessionError};
use shop::requests;

use crate::format::Wanted;
use crate::respond::response;

/// Who is signed in. Everybody else is sent to the sign-in form, programs get a 401.
pub(crate) struct SignedIn(pub(crate) Owner);

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let session = Session::extract(request).into_inner();
        let Wanted(format) = Wanted::by(request);
        Box::pin(async move {
            match session?.owner().await {
                Ok(Some(owner)) => Ok(Self(owner)),
                Ok(None) => {
                    let refusal = response(requests::not_signed_in(format));
                    Err(InternalError::from_response("not signed in", refusal).into())
                }
                Err(error) => Err(SessionError(error).into()),
            }
        })
    }
}
