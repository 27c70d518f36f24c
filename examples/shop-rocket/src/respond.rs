//! The shop's replies as responses.

use rocket::Request;
use rocket::http::{ContentType, Status};
use rocket::response::{self, Redirect, Responder};
use session_kit::rocket::SessionError;
use shop::Reply;

pub(crate) type Answer = Result<Rendered, SessionError>;

pub(crate) struct Rendered(pub(crate) Reply);

impl<'r> Responder<'r, 'static> for Rendered {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self.0 {
            Reply::Page(status, html) => (Status::new(status), (ContentType::HTML, html)).respond_to(request),
            Reply::Json(status, json) => (Status::new(status), (ContentType::JSON, json)).respond_to(request),
            Reply::Text(status, text) => (Status::new(status), (ContentType::Plain, text)).respond_to(request),
            Reply::SeeOther(path) => Redirect::to(path).respond_to(request),
        }
    }
}
