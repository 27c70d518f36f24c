//! Pages for people, JSON for programs.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use shop::Format;

/// What the client wants to have.
pub(crate) struct Wanted(pub(crate) Format);

impl<S: Sync> FromRequestParts<S> for Wanted {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let accepted = parts.headers.get_all(ACCEPT).iter();
        let accepted: Vec<&str> = accepted.filter_map(|list| list.to_str().ok()).collect();
        Ok(Self(Format::wanted_by(&accepted)))
    }
}
