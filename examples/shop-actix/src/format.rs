//! Pages for people, JSON for programs.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::ACCEPT;
use actix_web::{FromRequest, HttpRequest};
use shop::Format;

/// What the client wants to have.
pub(crate) struct Wanted(pub(crate) Format);

impl Wanted {
    pub(crate) fn by(request: &HttpRequest) -> Self {
        let accepted = request.headers().get_all(ACCEPT);
        let accepted: Vec<&str> = accepted.filter_map(|list| list.to_str().ok()).collect();
        Self(Format::wanted_by(&accepted))
    }
}

impl FromRequest for Wanted {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Ok(Self::by(request)))
    }
}
