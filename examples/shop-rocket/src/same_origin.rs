//! Forms that other sites send.

use rocket::route::{Handler, Outcome, Route};
use rocket::{Data, Request};
use shop::same_origin::{SITE, refusal};

use crate::respond::Rendered;

/// A route's handler, asked only for what another site did not send. A fairing can't answer, and a guard is forgotten.
#[derive(Clone)]
struct OfThisSite(Box<dyn Handler>);

pub(crate) fn refuse_forms_of_other_sites(mut route: Route) -> Route {
    route.handler = Box::new(OfThisSite(route.handler));
    route
}

#[rocket::async_trait]
impl Handler for OfThisSite {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let site = request.headers().get_one(SITE).map(str::as_bytes);
        match refusal(request.method().as_str(), site) {
            Some(reply) => Outcome::from(request, Rendered(reply)),
            None => self.0.handle(request, data).await,
        }
    }
}
