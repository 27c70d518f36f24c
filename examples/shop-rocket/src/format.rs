//! Pages for people, JSON for programs.

use std::convert::Infallible;

use rocket::Request;
use rocket::request::{FromRequest, Outcome};
use shop::Format;

/// What the client wants to have.
pub(crate) struct Wanted(pub(crate) Format);

impl Wanted {
    pub(crate) fn by(request: &Request<'_>) -> Self {
        let accepted: Vec<&str> = request.headers().get("accept").collect();
        Self(Format::wanted_by(&accepted))
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Wanted {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(Self::by(request))
    }
}
