//! The shop's replies as responses.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, LOCATION};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, Responder};
use session_kit::actix::SessionError;
use shop::Reply;

pub(crate) type Answer = Result<Rendered, SessionError>;

pub(crate) struct Rendered(pub(crate) Reply);

impl Responder for Rendered {
    type Body = BoxBody;

    fn respond_to(self, _request: &HttpRequest) -> HttpResponse {
        response(self.0)
    }
}

pub(crate) fn response(reply: Reply) -> HttpResponse {
    match reply {
        Reply::Page(status, html) => known(status).content_type(ContentType::html()).body(html),
        Reply::Json(status, json) => known(status).content_type(ContentType::json()).body(json),
        Reply::Text(status, text) => known(status).content_type(ContentType::plaintext()).body(text),
        Reply::SeeOther(path) => HttpResponse::SeeOther().insert_header((LOCATION, path)).finish(),
    }
}

fn known(status: u16) -> HttpResponseBuilder {
    HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
}
