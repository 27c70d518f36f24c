//! What is answered where a guard failed.

use rocket::catcher::{BoxFuture, Catcher};
use rocket::http::Status;
use rocket::response::Responder;
use rocket::{Request, catch, catchers};
use shop::{InvalidForm, requests};

use crate::format::Wanted;
use crate::respond::Rendered;

pub(crate) fn all() -> Vec<Catcher> {
    let mut all = catchers![not_signed_in, failed];
    all.extend([413, 415, 422].map(|status| Catcher::new(status, refuse_form)));
    all
}

#[catch(401)]
fn not_signed_in(request: &Request<'_>) -> Rendered {
    let Wanted(format) = Wanted::by(request);
    Rendered(requests::not_signed_in(format))
}

fn refuse_form<'r>(status: Status, request: &'r Request<'_>) -> BoxFuture<'r> {
    let refusal = InvalidForm::with_status(status.code);
    Box::pin(async move { Rendered(refusal.into()).respond_to(request) })
}

/// No page: a status tells all that a client may know.
#[catch(default)]
fn failed() {}
