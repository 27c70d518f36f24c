//! Handlers that are for customers who are signed in.

use rocket::Request;
use rocket::http::Status;
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome};
use rocket::response::Responder;
use session_kit::Owner;
use session_kit::rocket::{Session, SessionError};

/// Who is signed in. Everybody else is sent to the sign-in form, programs get a 401: the catcher of this status sees to it.
pub(crate) struct SignedIn(pub(crate) Owner);

/// Nobody is, or it could not be found out.
#[derive(Debug)]
pub(crate) struct NotSignedIn;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SignedIn {
    type Error = NotSignedIn;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, NotSignedIn> {
        let session = try_outcome!(
            request
                .guard::<Session>()
                .await
                .map_error(|(status, _)| (status, NotSignedIn))
        );
        match session.owner().await {
            Ok(Some(owner)) => Outcome::Success(Self(owner)),
            Ok(None) => Outcome::Error((Status::Unauthorized, NotSignedIn)),
            Err(error) => {
                // So the response gets the headers that go with the failure.
                let status = SessionError(error).respond_to(request).err();
                Outcome::Error((status.unwrap_or(Status::InternalServerError), NotSignedIn))
            }
        }
    }
}
